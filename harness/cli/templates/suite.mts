/**
 * A suite for assay: the work to measure, and the optimizations to prove. The example counts
 * distinct numbers. Put your own code in its place: import it, call it in `run`, and let a layer
 * switch your optimization on. Compile after every change:
 *
 *   npx tsc -p bench
 *   npx assay list --suite bench/build/bench/suite.mjs
 *   npx assay evaluate by-set --suite bench/build/bench/suite.mjs --scale smoke
 *
 * node_modules/assay/harness/contract.ts describes every field.
 */
import type { Layer, Suite, Workload } from 'assay/harness'

// import { countDistinct } from '../src/count-distinct.js'

/** What layers change. In the baseline, every optimization is off. */
interface Subject {
  readonly bySet: boolean
}

const baseline = (): Subject => ({ bySet: false })

const distinct: Workload<Subject, number, readonly number[]> = {
  id: 'distinct',
  title: 'Count distinct numbers',
  // The size of one pass: keep it between 10 ms and a few seconds.
  scales: { smoke: 30_000, standard: 100_000, production: 400_000 },
  describe: (size) => `${size} numbers`,

  // Puts data on disk, before anything is timed. This example needs none.
  async prepare() {},

  // Timed. `output` is compared between baseline and candidate, so it must hold every result.
  async run(subject, size, seed) {
    const numbers = makeNumbers(size, seed)
    return { output: subject.bySet ? distinctBySet(numbers) : distinctBySorting(numbers) }
  },

  // Equal texts mean equal results.
  canonical: (output) => output.join(','),

  // The first place where two results differ, for the message.
  diverge(a, b) {
    const at = Array.from({ length: Math.max(a.length, b.length) }, (_, index) => index).find(
      (index) => a[index] !== b[index],
    )
    if (at === undefined) return undefined
    const [baseline, candidate] = [String(a[at]), String(b[at])]
    return { at: { element: String(at) }, field: 'number', baseline, candidate }
  },
}

const bySet: Layer<Subject> = {
  id: 'by-set',
  title: 'Collect distinct numbers in a set',
  hypothesis: 'Most numbers are repeated, so sorting only the distinct ones takes less time',
  // It must be at least 5 % faster on these; on all other workloads it must not be slower.
  workloads: ['distinct'],
  metric: 'cpu',
  criterion: { kind: 'improvement', atLeast: 0.05 },
  apply: (subject) => ({ ...subject, bySet: true }),
}

export const suite: Suite<Subject> = {
  name: 'my project',
  module: import.meta.url,
  baseline,
  layers: [bySet],
  workloads: [distinct],
}

/** The same seed gives the same data, another seed other data. */
function makeNumbers(size: number, seed: number): number[] {
  let state = seed
  return Array.from({ length: size }, () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff
    return (state >>> 8) % (size / 4)
  })
}

function distinctBySorting(numbers: readonly number[]): number[] {
  const sorted = [...numbers].sort((a, b) => a - b)
  return sorted.filter((number, index) => number !== sorted[index - 1])
}

function distinctBySet(numbers: readonly number[]): number[] {
  return [...new Set(numbers)].sort((a, b) => a - b)
}
