import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { deltaMicros, functionChanges } from '../../../../harness/profile/flame/differential.js'
import {
  type SignificantChanges,
  significantChanges,
} from '../../../../harness/profile/flame/significant-changes.js'
import {
  errorOfPairs,
  errorOfRounds,
  marginOfTotal,
} from '../../../../harness/profile/flame/total-error.js'
import { excludesZero } from '../../../../harness/statistics/interval.js'
import { js, profileOf } from '../hostile-names.js'
import {
  changedNodes,
  noiseFrom,
  type SimulatedFunction,
  simulateArm,
  simulatedProgram,
} from './simulated-processes.js'

const HOST = { processes: 3, speed: 0.04, intervalMicros: 250, passes: 10 }
const PROGRAM = simulatedProgram()
const TRIALS = 100

/** A function that is not in the program, called by one of its modules. */
function planted(name: string, module: number, ms: number): SimulatedFunction {
  return {
    stack: [...PROGRAM[module]!.stack.slice(0, 2), js(name, 'planted.ts', 1)],
    ms,
    spread: 0.04,
  }
}

/** One function vanishes, one appears, one takes twice as long, and one half as long. */
const BEFORE = [...PROGRAM, planted('gone', 3, 3)]
const AFTER = [
  ...PROGRAM.map((one, index) => ({
    ...one,
    ms: one.ms * (index === 1 ? 2 : index === 4 ? 0.5 : 1),
  })),
  planted('new', 5, 3),
]
const PLANTED = ['gone', 'new', 'work1', 'work4']
/** Their callers take more or less time, too, together with what they call. */
const CALLERS = ['all', 'main', 'run1', 'run3', 'run4', 'run5', 'step1', 'step4']

type Compare = (
  before: readonly SimulatedFunction[],
  after: readonly SimulatedFunction[],
  seed: number,
  host?: typeof HOST,
) => SignificantChanges

/** As `assay profile` does: three rounds, and six under profilers, are all that is known. */
const inRounds: Compare = (before, after, seed, host = HOST) => {
  const noise = noiseFrom(seed)
  const [first, second] = [simulateArm(before, host, noise), simulateArm(after, host, noise)]
  const further = [1, 2].map(() => ({
    before: [1, 2, 3].map(() => noise.factor(host.speed)),
    after: [1, 2, 3].map(() => noise.factor(host.speed)),
  }))
  const timed = { before: first.cpuMs, after: second.cpuMs }
  return significantChanges(first, second, errorOfRounds(timed, further))
}

/** As an evaluation does: the totals are those of ten pairs, whose ratios differ by 2 %. */
const afterPairs: Compare = (before, after, seed, host = HOST) => {
  const noise = noiseFrom(seed)
  const [slow, fast] = [before, after].map((arm) => arm.reduce((sum, { ms }) => sum + ms, 0))
  const pairs = Array.from({ length: 10 }, () => {
    const pace = noise.factor(host.speed)
    return { before: slow! * pace, after: fast! * pace * noise.factor(0.02) }
  })
  const times = { before: pairs.map((pair) => pair.before), after: pairs.map((pair) => pair.after) }
  const meanOf = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + value, 0) / values.length
  return significantChanges(
    simulateArm(before, host, noise, meanOf(times.before)),
    simulateArm(after, host, noise, meanOf(times.after)),
    errorOfPairs(times),
  )
}

/** Names of the changed nodes, and of the changed functions. */
function changedNames(changes: SignificantChanges) {
  const functions = changes.functions.filter(({ interval }) => excludesZero(interval))
  return {
    nodes: new Set(changedNodes(changes)),
    functions: new Set(functions.map(({ frame }) => frame.name)),
  }
}

function runTrials(trial: (seed: number) => SignificantChanges) {
  return Array.from({ length: TRIALS }, (_, seed) => changedNames(trial(seed + 1)))
}

/** The part of the trials in which each name was found. */
function ratesOf(trials: readonly ReadonlySet<string>[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const found of trials)
    for (const name of found) counts.set(name, (counts.get(name) ?? 0) + 1)
  return new Map([...counts].map(([name, count]) => [name, count / trials.length]))
}

/** The mean rate of all names but some. */
function meanRate(
  rates: ReadonlyMap<string, number>,
  names: readonly string[],
  except: readonly string[],
): number {
  const others = names.filter((name) => !except.includes(name))
  return others.reduce((sum, name) => sum + (rates.get(name) ?? 0), 0) / others.length
}

describe.each([
  ['profiled in rounds', inRounds, PLANTED.slice(0, 3)],
  ['profiled after ten measured pairs', afterPairs, PLANTED],
])('changes planted in three processes per arm, %s', (_, compare, found) => {
  const trials = runTrials((seed) => compare(BEFORE, AFTER, seed))
  const coloured = ratesOf(trials.map(({ nodes }) => nodes))
  const listed = ratesOf(trials.map(({ functions }) => functions))

  it.each(found)('%s is coloured, and listed, in at least 95 % of the trials', (name) => {
    expect(coloured.get(name)).toBeGreaterThanOrEqual(0.95)
    expect(listed.get(name)).toBeGreaterThanOrEqual(0.95)
  })

  it('other frames are coloured, and others listed, in at most 1 % of the trials', () => {
    const frames = [...new Set(PROGRAM.flatMap(({ stack }) => stack.map(({ name }) => name)))]
    const works = frames.filter((name) => name.startsWith('work'))
    expect(meanRate(coloured, frames, [...PLANTED, ...CALLERS])).toBeLessThanOrEqual(0.01)
    expect(meanRate(listed, works, PLANTED)).toBeLessThanOrEqual(0.01)
  })

  it('no other frame is coloured in more than 4 % of the trials, even one that varies much', () => {
    for (const [name, rate] of coloured)
      if (![...PLANTED, ...CALLERS].includes(name)) expect(rate).toBeLessThanOrEqual(0.04)
  })
})

describe('equal arms', () => {
  it.each([
    ['profiled in rounds', inRounds, HOST],
    ['profiled in rounds on a busy host', inRounds, { ...HOST, speed: 0.25 }],
    ['profiled after measured pairs', afterPairs, HOST],
  ])('%s, are grey in at least 97 % of the trials', (_, compare, host) => {
    const trials = runTrials((seed) => compare(PROGRAM, PROGRAM, seed, host))
    const grey = trials.filter(({ nodes, functions }) => nodes.size + functions.size === 0)
    expect(grey.length / TRIALS).toBeGreaterThanOrEqual(0.97)
  })
})

describe('the functions', () => {
  const changes = afterPairs(BEFORE, AFTER, 5)

  it('are in the order of their significance, each with an interval around its change', () => {
    const ratios = changes.functions.map((change) => {
      const delta = deltaMicros(change)
      const { lower, upper } = change.interval
      expect(lower).toBeLessThanOrEqual(delta)
      expect(upper).toBeGreaterThanOrEqual(delta)
      return Math.abs(delta) / (delta > 0 ? delta - lower : upper - delta)
    })
    expect(ratios).toEqual([...ratios].sort((a, b) => b - a))
    const significant = changes.functions.filter(({ interval }) => excludesZero(interval))
    expect(ratios.filter((ratio) => ratio > 1)).toHaveLength(significant.length)
    expect(significant.length).toBeGreaterThanOrEqual(4)
  })

  it('have the same times as in a picture without tests', () => {
    const noise = noiseFrom(9)
    const [before, after] = [simulateArm(BEFORE, HOST, noise), simulateArm(AFTER, HOST, noise)]
    const tested = significantChanges(before, after, { error: 0.01, df: 9 })
    const untested = new Map(
      functionChanges(before, after).map((change) => [change.frame.name, change]),
    )
    for (const { interval: _, ...change } of tested.functions)
      expect(change).toEqual(untested.get(change.frame.name))
  })
})

describe('the intervals', () => {
  const host = { ...HOST, passes: 2 }
  const anySeed = fc.integer({ min: 1, max: 1e6 })
  const anyError = fc.double({ min: 0, max: 0.5, noNaN: true })

  test.prop([anySeed, anyError], { numRuns: 15 })(
    'only change their signs if the arms are swapped',
    (seed, error) => {
      const noise = noiseFrom(seed)
      const [before, after] = [simulateArm(BEFORE, host, noise), simulateArm(AFTER, host, noise)]
      const there = significantChanges(before, after, { error, df: 6 })
      const back = significantChanges(after, before, { error, df: 6 })
      const backBy = new Map(back.functions.map((change) => [change.frame.name, change.interval]))
      for (const { frame, interval } of there.functions) {
        const { lower, upper } = backBy.get(frame.name)!
        expect(Math.abs(lower + interval.upper)).toBeLessThan(1e-6)
        expect(Math.abs(upper + interval.lower)).toBeLessThan(1e-6)
      }
    },
  )

  test.prop([anySeed, anyError], { numRuns: 15 })(
    'are wider, and exclude zero less often, if the total is less certain',
    (seed, error) => {
      const noise = noiseFrom(seed)
      const [before, after] = [simulateArm(BEFORE, host, noise), simulateArm(AFTER, host, noise)]
      const sure = changedNodes(significantChanges(before, after, { error, df: 6 }))
      const less = changedNodes(significantChanges(before, after, { error: error + 0.1, df: 6 }))
      expect(less.length).toBeLessThanOrEqual(sure.length)
    },
  )

  it('of a whole profile are those of its total alone', () => {
    const main = js('main')
    const arm = (ms: number) => ({
      profile: profileOf([[[main], ms * 1000]]),
      iterations: 1,
      processes: [90, 100, 110].map((samples) => ({
        profile: profileOf([[[main], samples]]),
        samples,
      })),
    })
    const total = { error: 0.01, df: 9 }
    const { ofNodes } = significantChanges(arm(100), arm(80), total)
    const factor = Math.exp(marginOfTotal(total) / 2)
    expect(ofNodes[0]!.lower).toBeCloseTo(80_000 / factor - 100_000 * factor, 6)
    expect(ofNodes[0]!.upper).toBeCloseTo(80_000 * factor - 100_000 / factor, 6)
  })

  it('need twenty samples, and two processes with samples in each arm', () => {
    const few = (samples: number, processes = 2) => ({
      profile: profileOf([[[js('main')], 100]]),
      iterations: 1,
      processes: Array.from({ length: processes }, () => ({
        profile: profileOf([[[js('main')], 100]]),
        samples,
      })),
    })
    const total = { error: 0.01, df: 9 }
    expect(significantChanges(few(4), few(5), total).functions).toEqual([])
    expect(significantChanges(few(5), few(5), total).functions).toHaveLength(1)
    for (const other of [few(5, 1), few(0)])
      expect(() => significantChanges(few(5), other, total)).toThrow(RangeError)
  })
})

describe('the error of a total', () => {
  it('of pairs is that of their ratios, whatever the pairs have in common', () => {
    const before = [100, 150, 120, 90]
    const { error, df } = errorOfPairs({ before, after: [82, 118, 97, 71] })
    const alike = errorOfPairs({
      before: [100, 100, 100, 100],
      after: [82, 78.667, 80.833, 78.889],
    })
    expect(df).toBe(3)
    expect(error).toBeCloseTo(alike.error, 4)
  })

  it('of rounds is that of their ratios, over all series of rounds', () => {
    const timed = { before: [100, 200, 50], after: [50, 110, 24] }
    const alone = errorOfRounds(timed, [])
    expect(alone.df).toBe(2)
    expect(alone.error).toBeCloseTo(Math.sqrt(varianceOfLogs([0.5, 0.55, 0.48]) / 3), 12)
    const further = errorOfRounds(timed, [{ before: [7, 14, 21], after: [1, 2, 3] }])
    expect(further.df).toBe(4)
    expect(further.error).toBeCloseTo(alone.error * Math.sqrt(2 / 4), 12)
    const single = errorOfRounds({ before: [9], after: [8] }, [timed])
    expect(single.error).toBeCloseTo(alone.error * Math.sqrt(3), 12)
  })

  it('has a margin even if all times are equal', () => {
    const equal = errorOfRounds({ before: [5, 5, 5], after: [5, 5, 5] }, [])
    expect(equal.error).toBe(0)
    expect(marginOfTotal(equal)).toBeGreaterThan(0.005)
  })
})

function varianceOfLogs(values: readonly number[]): number {
  const logs = values.map(Math.log)
  const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length
  return logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) / (logs.length - 1)
}
