import { mean } from 'simple-statistics'
import type { Arm } from '../contract.js'
import { defined } from '../evidence/defined.js'
import type { Round } from '../verdict/rounds.js'
import type { WorkloadRecord } from './record-schema.js'

/**
 * Work per second of wall time for each arm, the mean over its runs.
 *
 * @returns undefined unless every run reports its work in the same unit
 */
export function toWork(rounds: readonly Round[], arms: readonly Arm[]): WorkloadRecord['work'] {
  const units = new Set(rounds.flatMap(({ runs }) => arms.map((arm) => runs[arm]!.work?.unit)))
  const [unit] = units
  if (unit === undefined || units.size !== 1) return undefined
  const perSecond = (arm: Arm) =>
    mean(rounds.map(({ runs }) => (1000 * runs[arm]!.work!.amount) / runs[arm]!.wallMs))
  return defined({
    unit,
    baselinePerSecond: perSecond('baseline'),
    incumbentPerSecond: arms.includes('incumbent') ? perSecond('incumbent') : undefined,
    candidatePerSecond: perSecond('candidate'),
  })
}

/**
 * The mean of each counter that every run has, and the hit rate for each pair of `x.hits` and
 * `x.misses`; empty without counters.
 */
export function toCounters(
  rounds: readonly Round[],
): Pick<WorkloadRecord, 'counters' | 'hitRates'> {
  const baseline = meanCounters(rounds, 'baseline')
  const candidate = meanCounters(rounds, 'candidate')
  if (Object.keys(baseline).length + Object.keys(candidate).length === 0) return {}
  const hitRates = toHitRates(candidate)
  return defined({
    counters: { baseline, candidate },
    hitRates: Object.keys(hitRates).length > 0 ? hitRates : undefined,
  })
}

function meanCounters(rounds: readonly Round[], arm: Arm): Record<string, number> {
  const all = rounds.map(({ runs }) => runs[arm]!.counters)
  const names = [...new Set(all.flatMap((counters) => Object.keys(counters)))].sort()
  const counted = names.filter((name) => all.every((counters) => Object.hasOwn(counters, name)))
  return Object.fromEntries(
    counted.map((name) => [name, mean(all.map((counters) => counters[name]!))]),
  )
}

function toHitRates(counters: Readonly<Record<string, number>>): Record<string, number> {
  const rates: Record<string, number> = {}
  for (const [name, hits] of Object.entries(counters)) {
    const cache = name.replace(/\.hits$/, '')
    const misses = counters[`${cache}.misses`]
    if (cache !== name && misses !== undefined && hits + misses > 0)
      rates[cache] = hits / (hits + misses)
  }
  return rates
}
