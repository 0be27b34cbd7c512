import type { Suite } from '../contract.js'

/** A suite of work that is known: for checks of a host, whatever is evaluated there. */

const ITEMS = 6000
const GROUPS = 97

interface Item {
  readonly key: number
  readonly value: number
}

/** Objects made, sorted and grouped, as programs do. @returns the sum of each group */
function groupSums(items: number, seed: number): readonly number[] {
  let state = seed | 1
  const made: Item[] = []
  for (let index = 0; index < items; index++) {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + index) | 0
    made.push({ key: state, value: (state >>> 8) % 1000 })
  }
  made.sort((a, b) => a.key - b.key)
  const groups = new Map<number, number>()
  for (const { key, value } of made) {
    const group = (key >>> 0) % GROUPS
    groups.set(group, (groups.get(group) ?? 0) + value)
  }
  return Array.from({ length: GROUPS }, (_, group) => groups.get(group) ?? 0)
}

/**
 * One workload of some milliseconds, on one thread, and no layer. Its processes start quickly, so
 * that pairs take less than a second.
 */
export const suite: Suite = {
  name: 'host-check',
  module: import.meta.url,
  baseline: () => ITEMS,
  workloads: [
    {
      id: 'host-check',
      title: 'objects made, sorted and grouped',
      scales: { smoke: 1, standard: 1, production: 1 },
      describe: () => `${ITEMS} objects`,
      prepare: async () => {},
      run: async (items, scale, seed) => ({
        output: groupSums((items as number) * (scale as number), seed),
        work: { unit: 'objects', amount: (items as number) * (scale as number) },
      }),
      canonical: (sums) => sums.join(','),
      diverge: (a: readonly number[], b: readonly number[]) => {
        const group = a.findIndex((sum, index) => sum !== b[index])
        return group < 0
          ? undefined
          : {
              at: { group: `${group}` },
              field: 'sum',
              baseline: `${a[group]}`,
              candidate: `${b[group]}`,
            }
      },
    },
  ],
  layers: [],
}
