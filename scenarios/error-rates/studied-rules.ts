import { GATE_LIMIT, type Rule } from '../../harness/verdict/criteria.js'

/**
 * The rules whose error rates are published: the shipped rule for a layer at two scales, that of
 * one round of the gate (limits of 10 and 5 %), the gate of two rounds, the rule of `compare` for
 * unpaired values, and the naive rule of common practice for a layer and for the gate.
 */
export const STUDIED_RULES = [
  'improvement-20',
  'improvement-40',
  'gate',
  'gate-confirmed',
  'gate-5',
  'gate-5-confirmed',
  'compare-gate',
  'naive',
  'naive-gate',
] as const
export type StudiedRule = (typeof STUDIED_RULES)[number]
/** The rules that decide by the looks of one evaluation. */
export const ROUND_RULES = ['improvement-20', 'improvement-40', 'gate', 'gate-5'] as const
export type ShippedRule = (typeof ROUND_RULES)[number]
/** The gates of two rounds, each with the rule of one round. */
export const CONFIRMED = { 'gate-confirmed': 'gate', 'gate-5-confirmed': 'gate-5' } as const
export type ConfirmedRule = keyof typeof CONFIRMED

/** The threshold of the studied rules for a layer: at least 5 % faster. */
export const STUDIED_THRESHOLD = 0.05
/** The limit of the stricter of the two gates: 5 % slower. */
const STRICT_LIMIT = 0.05

/** The true change at which a rule may decide either way, a signed improvement. */
export function marginOf(rule: StudiedRule): number {
  if (rule.startsWith('gate-5')) return -STRICT_LIMIT
  return rule.includes('gate') ? -GATE_LIMIT : STUDIED_THRESHOLD
}

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
  'gate-5': {
    ...GATE,
    criterion: { kind: 'regression', atMost: STRICT_LIMIT },
    looks: [10, 20, 30],
  },
}
