import type { Layer, RunLength, ScaleName, Suite, Workload } from '../../harness/contract.js'
import { INTERFERENCE_SIZES, layerOf } from './interference-cell-id.js'
import { KERNEL_KINDS, KERNELS, type KernelKind, type Unit } from './interference-kernels.js'

/** How much work a pass has. */
interface Amount {
  readonly units: number
}

/** The result of a pass; it does not depend on the number of units. */
interface Result {
  readonly checksum: number
  /** Whether every unit gave this checksum. */
  readonly isSteady: boolean
}

/** Units of a pass of the baseline: steps of 1 % are whole units. */
const UNITS = 100
/**
 * The warm-up is long, because time is proportional to units only after the kernel is compiled; an
 * arm with more units is compiled in an earlier pass.
 */
const LENGTH: RunLength = { warmup: 10, iterations: 10 }
const PASSES: Readonly<Record<ScaleName, RunLength>> = {
  smoke: LENGTH,
  standard: LENGTH,
  production: LENGTH,
}
const SCALES: Readonly<Record<ScaleName, null>> = { smoke: null, standard: null, production: null }

/**
 * Kernels of different kinds, and layers that change the number of units of a pass, so that the
 * true effect is known by construction: 110 units take 10 % more time than 100.
 *
 * Measured processes import this module, so it must not import the command line.
 */
export const suite: Suite<Amount> = {
  name: 'assay interference',
  module: import.meta.url,
  baseline: () => ({ units: UNITS }),
  layers: INTERFERENCE_SIZES.filter((change) => change !== 0).map(toLayer),
  workloads: KERNEL_KINDS.map(toWorkload),
}

function toLayer(change: number): Layer<Amount> {
  return {
    id: layerOf(change),
    title: `${Math.round(UNITS * (1 - change))} units instead of ${UNITS}`,
    hypothesis: 'the time of a pass is proportional to its units',
    workloads: KERNEL_KINDS.map(workloadIdOf),
    metric: 'cpu',
    criterion: { kind: 'improvement', atLeast: 0.05 },
    apply: ({ units }) => ({ units: Math.round(units * (1 - change)) }),
  }
}

/** The id of the workload of a kind: lower case, with dashes. */
export function workloadIdOf(kind: KernelKind): string {
  return kind.toLowerCase().replaceAll(' ', '-')
}

function toWorkload(kind: KernelKind): Workload<Amount, null, Result> {
  let unit: Unit | undefined
  return {
    id: workloadIdOf(kind),
    title: kind,
    scales: SCALES,
    passes: PASSES,
    prepare: async () => {},
    async run({ units }, _scale, seed) {
      // The buffers of a kernel are made in the first pass of a process, which is warm-up.
      unit ??= await KERNELS[kind](seed)
      return { output: await work(unit, units) }
    },
    canonical: ({ checksum, isSteady }) => `${checksum} ${isSteady}`,
    diverge: (baseline, candidate) => ({
      at: { kind },
      field: 'checksum',
      baseline: String(baseline.checksum),
      candidate: String(candidate.checksum),
    }),
  }
}

async function work(unit: Unit, units: number): Promise<Result> {
  const first = await unit()
  let isSteady = true
  for (let done = 1; done < units; done++) {
    const answer = unit()
    const checksum = typeof answer === 'number' ? answer : await answer
    isSteady &&= checksum === first
  }
  return { checksum: first, isSteady }
}
