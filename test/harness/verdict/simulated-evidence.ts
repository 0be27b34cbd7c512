import { createHash } from 'node:crypto'
import type { Arm } from '../../../harness/contract.js'
import type { EvaluationPlan, Evidence } from '../../../harness/evidence/evidence.js'
import type { RunRecord } from '../../../harness/evidence/run-record.js'
import { seededRandom } from '../../../harness/statistics/random.js'
import type { Round } from '../../../harness/verdict/rounds.js'

/**
 * Evidence as an evaluation writes it, from a seeded random number generator instead of processes.
 */
export interface Simulation {
  readonly seed: number
  readonly pairs: number
  /** True improvement of the candidate over the arm it is compared with, by workload. */
  readonly improvement: Readonly<Record<string, number>>
  /** Standard deviation of one run's cpu time, log scale. */
  readonly noise: number
  /** True improvement of the incumbent over the baseline. */
  readonly incumbent?: number
  /** Log ratio of the candidate's peak memory. */
  readonly memory?: number
}

export interface Random {
  uniform(): number
  normal(): number
}

/** Normal by Box–Muller. */
export function randomFrom(seed: number): Random {
  const uniform = seededRandom(seed)
  return {
    uniform,
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
  }
}

export function sha(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`
}

export function planWith(changes: Partial<EvaluationPlan> = {}): EvaluationPlan {
  return {
    schema: 'assay/plan@1',
    id: '0001-layer1',
    createdAt: '2026-11-20T10:00:00.000Z',
    command: 'npm run evaluate -- layer1 --seed 20251022',
    packageVersion: '0.1.0',
    suite: 'assay',
    layer: 'layer1',
    title: 'asset-list cache and pre-grouped bars',
    hypothesis:
      'history() rebuilds the same asset list and regroups the same bars in every session; doing both once per bundle should make a backtest at least twice as fast.',
    criterion: { kind: 'improvement', atLeast: 0.05 },
    metric: 'cpu',
    arms: ['baseline', 'candidate'],
    stacks: { baseline: [], incumbent: [], candidate: ['layer1'] },
    scale: 'standard',
    seed: 20251022,
    equivalenceSeeds: [20251022, 20251023, 20251024],
    regime: { looks: [10, 20, 30, 40], fixed: false, alpha: 0.05, memory: 'advisory' },
    workloads: [
      {
        id: 'grid-search',
        title: 'Grid search',
        content: '100 backtests',
        role: 'target',
        warmup: 1,
        iterations: 2,
      },
      {
        id: 'walk-forward',
        title: 'Walk-forward',
        content: '250 backtests',
        role: 'guard',
        warmup: 1,
        iterations: 1,
      },
    ],
    supersedes: null,
    nodeFlags: ['--single-threaded-gc'],
    git: { commit: '1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d', dirty: false },
    dist: sha('dist'),
    ...changes,
  }
}

export function simulateEvidence(
  simulation: Simulation,
  plan: EvaluationPlan = planWith(),
): Evidence {
  return {
    plan,
    environment: {
      platform: 'linux x64',
      kernel: '6.8.0',
      cpuModel: 'Intel(R) Xeon(R) CPU @ 2.20GHz',
      cpuCount: 2,
      memoryBytes: 8 * 2 ** 30,
      node: 'v22.11.0',
      v8: '12.4.254.21',
      nodeFlags: [...plan.nodeFlags],
      fallbacks: [],
    },
    equivalence: { kind: 'equal', digests: digestsOf(plan) },
    runs: simulateRuns(simulation, plan),
    digests: Object.fromEntries(
      ['runs.jsonl', 'plan.json', 'equivalence.json', 'environment.json'].map((name) => [
        name,
        sha(`${name} ${simulation.seed}`),
      ]),
    ),
  }
}

export function simulateRuns(simulation: Simulation, plan: EvaluationPlan): RunRecord[] {
  const random = randomFrom(simulation.seed)
  const runs: RunRecord[] = []
  for (let pair = 1; pair <= simulation.pairs; pair += 1) {
    for (const { id } of plan.workloads) {
      const pairNoise = 0.05 * random.normal()
      const order = shuffle(plan.arms, random)
      for (const [position, arm] of order.entries()) {
        runs.push(
          simulateRun({ plan, simulation, workload: id, pair, arm, position, pairNoise, random }),
        )
      }
    }
  }
  return runs
}

/** Rounds of one workload from explicit cpu times; wall times follow them. */
export function roundsFrom(baseline: readonly number[], candidate: readonly number[]): Round[] {
  const plan = planWith()
  const simulation: Simulation = { seed: 1, pairs: 0, improvement: {}, noise: 0 }
  return baseline.map((a, index) => {
    const run = (arm: Arm, cpuMs: number) => ({
      ...simulateRun({
        plan,
        simulation,
        workload: 'grid-search',
        pair: index + 1,
        arm,
        position: 0,
        pairNoise: 0,
        random: randomFrom(1),
      }),
      position:
        (arm === 'baseline') === (index % 2 === 0) ? ('first' as const) : ('second' as const),
      cpuMs,
      wallMs: cpuMs,
    })
    return {
      pair: index + 1,
      runs: { baseline: run('baseline', a), candidate: run('candidate', candidate[index]!) },
    }
  })
}

function digestsOf(plan: EvaluationPlan) {
  const seeds = [...new Set([plan.seed, ...plan.equivalenceSeeds])]
  return plan.workloads.flatMap(({ id }) =>
    seeds.flatMap((seed) =>
      plan.arms.map((arm) => ({ workload: id, seed, arm, digest: sha(`${id} ${seed}`) })),
    ),
  )
}

interface Circumstances {
  readonly plan: EvaluationPlan
  readonly simulation: Simulation
  readonly workload: string
  readonly pair: number
  readonly arm: Arm
  readonly position: number
  readonly pairNoise: number
  readonly random: Random
}

function simulateRun({
  plan,
  simulation,
  workload,
  pair,
  arm,
  position,
  pairNoise,
  random,
}: Circumstances): RunRecord {
  const incumbent = arm === 'baseline' ? 1 : 1 - (simulation.incumbent ?? 0)
  const effect = arm === 'candidate' ? 1 - (simulation.improvement[workload] ?? 0) : 1
  const cpuMs = 400 * incumbent * effect * Math.exp(pairNoise + simulation.noise * random.normal())
  const wallMs = cpuMs * 1.02 * Math.exp(0.5 * simulation.noise * random.normal())
  const cached = arm === 'candidate'
  return {
    workload,
    pair,
    position: (['first', 'second', 'third'] as const)[position]!,
    arm,
    cpuMs,
    wallMs,
    coldWallMs: wallMs * 1.3,
    samplesMs: [wallMs, wallMs],
    warmup: 1,
    warmupMs: wallMs * 1.3,
    iterations: 2,
    peakRssBytes: Math.round(
      140e6 * Math.exp((cached ? (simulation.memory ?? 0) : 0) + 0.002 * random.normal()),
    ),
    heapBytes: 9_123_456,
    gcMs: 12.1,
    gcCount: 9,
    involuntarySwitches: 14,
    waitShare: 0.01,
    foreignLoad: 0.1,
    stealShare: 0,
    digest: sha(`${workload} ${plan.seed}`),
    counters: cached
      ? { 'bundle.opens': 1, 'pre-grouped.hits': 48_120, 'pre-grouped.misses': 252 }
      : { 'bundle.opens': 1 },
    work: { unit: 'bars', amount: 252_000 },
    startedAt: '2026-11-20T10:00:00.000Z',
  }
}

function shuffle<Item>(items: readonly Item[], random: Random): Item[] {
  const shuffled = [...items]
  for (let index = shuffled.length - 1; index > 0; index -= 1) {
    const other = Math.floor(random.uniform() * (index + 1))
    ;[shuffled[index], shuffled[other]] = [shuffled[other]!, shuffled[index]!]
  }
  return shuffled
}
