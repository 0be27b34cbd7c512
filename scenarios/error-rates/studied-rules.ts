import { GATE_LIMIT, type Rule } from '../../harness/verdict/criteria.js'

/**
 * The rules whose error rates are published: three shipped rules, and the naive rule of common
 * practice, for a layer and for the gate.
 */
export const STUDIED_RULES = [
  'improvement-20',
  'improvement-40',
  'gate',
  'naive',
  'naive-gate',
] as const
export type StudiedRule = (typeof STUDIED_RULES)[number]
export type ShippedRule = Exclude<StudiedRule, 'naive' | 'naive-gate'>

/** The threshold of the studied rules for a layer: at least 5 % faster. */
export const STUDIED_THRESHOLD = 0.05

/**
 * The defaults of `evaluate`, which these rules share: CPU time, one-sided 5 % over all looks,
 * memory advisory.
 */
const COMMON = {
  metric: 'cpu',
  against: 'baseline',
  fixed: false,
  alpha: 0.05,
  memory: 'advisory',
} as const
const LAYER = {
  ...COMMON,
  role: 'target',
  criterion: { kind: 'improvement', atLeast: STUDIED_THRESHOLD },
} as const
const GATE = {
  ...COMMON,
  role: 'guard',
  criterion: { kind: 'regression', atMost: GATE_LIMIT },
} as const

export const SHIPPED_RULES: Readonly<Record<ShippedRule, Rule>> = {
  'improvement-20': { ...LAYER, looks: [10, 20] },
  'improvement-40': { ...LAYER, looks: [10, 20, 30, 40] },
  gate: { ...GATE, looks: [10, 20, 30] },
}
