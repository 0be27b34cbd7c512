import { pathToFileURL } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import type { RunSlot } from '../../../harness/contract.js'
import type { RunRecord } from '../../../harness/evidence/run-record.js'
import { TAMPER_CLASS_NAMES, type TamperClass } from '../../../harness/evidence/tamper-classes.js'
import { forkRun } from '../../../harness/measurement/fork-run.js'
import { outsideSigns } from '../../../harness/measurement/outside-view.js'
import { nodeFlagsFor, runEnvironment } from '../../../harness/measurement/run-environment.js'
import { iterationSeeds } from '../../../harness/measurement/schedule.js'
import { findMovedWork } from '../../../harness/verdict/moved-work.js'
import type { Round } from '../../../harness/verdict/rounds.js'
import { findWrongAnswer } from '../../../harness/verdict/tampering.js'
import { fixture } from '../../fixtures/bench.js'

type Cheats = Readonly<Record<string, object>>

/** No cheat in JavaScript can change what the kernel counts, so that class is tested without. */
const { CHEATS, HONEST } = (await import('../../fixtures/cheating-suite.mjs' as string)) as {
  CHEATS: Readonly<Record<Exclude<TamperClass, 'false-clock'>, Cheats>>
  HONEST: Cheats
}

const plan = {
  seed: 7,
  defended: true as const,
  workloads: [{ id: 'spin', title: '', content: '', role: 'target' as const, seedSets: 1 }],
}
const slot = {
  suite: pathToFileURL(fixture('cheating-suite.mjs')).href,
  mode: 'run',
  workload: 'spin',
  scale: 'smoke',
  seed: plan.seed,
  pair: 1,
  position: 0,
  warmup: 2,
  iterations: 20,
  metric: 'cpu',
  defended: true,
  seeds: iterationSeeds(plan.seed, 'spin', 0, 22),
} satisfies Partial<RunSlot>

/** What a run was found to be: a class, or nothing. */
type Found = TamperClass | 'failed' | undefined

const found = new Map<string, Found>()
/** The first two of each class, because each takes a process: `npm run tamper-trials` makes all. */
const cheats = Object.entries(CHEATS).flatMap(([name, list]) =>
  Object.keys(list)
    .slice(0, 2)
    .map((id) => ({ id: `${name}.${id}`, name })),
)
const honest = Object.keys(HONEST)
  .slice(0, 6)
  .map((id) => `honest.${id}`)

beforeAll(async () => {
  const baseline = await run([])
  if (typeof baseline === 'string' || baseline === undefined) throw new Error('no baseline')
  const ids = [...cheats.map(({ id }) => id), ...honest]
  const next = async (): Promise<void> => {
    const id = ids.shift()
    if (id === undefined) return
    found.set(id, classOf(baseline, await run([id])))
    await next()
  }
  await Promise.all([next(), next(), next()])
}, 120_000)

/** One process. @returns its record, or the class it failed with */
async function run(stack: readonly string[]): Promise<RunRecord | Found> {
  const arm = stack.length === 0 ? ('baseline' as const) : ('candidate' as const)
  const result = await forkRun(
    { ...slot, arm, stack },
    {
      env: runEnvironment(process.env),
      nodeFlags: nodeFlagsFor('cpu'),
      timeoutMs: 60_000,
      signal: new AbortController().signal,
    },
  )
  if (result.kind === 'failed') return result.tampered ?? 'failed'
  if (result.message.kind !== 'measured') return 'failed'
  const startedAt = new Date(0).toISOString()
  const place = { workload: 'spin', pair: 1, position: 'first' as const, arm, startedAt }
  return { ...result.message.measurement, ...place }
}

/** The verdict as over ten pairs that vary by some percent, because one costs enough. */
function classOf(baseline: RunRecord, candidate: RunRecord | Found): Found {
  if (typeof candidate === 'string' || candidate === undefined) return candidate
  const wrong = findWrongAnswer(plan, [baseline, candidate])
  if (wrong !== undefined) return wrong.tampering.class
  const rounds = Array.from({ length: 10 }, (_, pair): Round => {
    const runs = { baseline: varied(baseline, pair), candidate: varied(candidate, pair + 5) }
    return { pair, runs }
  })
  return findMovedWork(rounds, 'baseline', 'cpu')?.class
}

function varied(record: RunRecord, by: number): RunRecord {
  const { before, between, after, canonical, children } = record.outsideMs!
  const factor = 1 + 0.02 * Math.sin(by)
  return {
    ...record,
    outsideMs: {
      before: before * factor,
      between: between * factor,
      after: after * factor,
      canonical: canonical * factor,
      children,
    },
  }
}

describe('a run that cheats', () => {
  it.each(cheats)('$id is found, with its class', ({ id, name }) => {
    expect(found.get(id)).toBe(name)
  })

  it('is tried in every class, twice at least', () => {
    const tried = Object.entries({ ...CHEATS, 'false-clock': { more: {}, less: {} } })
    expect(tried.map(([name]) => name).sort()).toEqual([...TAMPER_CLASS_NAMES].sort())
    expect(tried.filter(([, list]) => Object.keys(list).length < 2)).toEqual([])
  })
})

describe('an honest run', () => {
  it.each(honest)('%s is not flagged', (id) => {
    expect(found.get(id)).toBeUndefined()
  })
})

describe('CPU time as the kernel counts it', () => {
  const view = (cpuMs: number) => ({ cpuMs, priorities: ['0 0'], allowedCpus: ['0-3'] })
  const classes = (inside: number) =>
    outsideSigns(view(100), view(1100), inside).map((sign) => sign.class)

  it('may differ from that of the process by ticks', () => {
    expect(classes(1000)).toEqual([])
    expect(classes(955)).toEqual([])
  })

  it.each([500, 1500])('is tampered with where the process reports %d of 1000 ms', (inside) => {
    expect(classes(inside)).toEqual(['false-clock'])
  })

  it('is not compared where the host does not report it', () => {
    expect(outsideSigns(undefined, view(1), 1000)).toEqual([])
  })
})
