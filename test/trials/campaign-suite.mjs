/** Integer work that no optimizing compiler can leave out. */
function spin(seed, turns) {
  let state = seed | 1
  for (let turn = 0; turn < turns; turn++)
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + turn) | 0
  return state
}

const TURNS = 1_000_000
const PASSES = { warmup: 3, iterations: 20 }
/** Candidates of a campaign: their true improvement is known. */
export const GAIN = 0.08
const layer = (id, improvement) => ({
  id,
  title: `${100 * improvement} % less work`,
  hypothesis: `${id}: known by construction`,
  workloads: ['spin'],
  metric: 'cpu',
  criterion: { kind: 'improvement', atLeast: 0.05 },
  // Each is compared with the pure baseline, so that the accepted ones do not add up.
  standalone: true,
  apply: ({ turns }) => ({ turns: Math.round(turns * (1 - improvement)) }),
})
const named = (name, count) =>
  Array.from({ length: count }, (_, index) => `${name}-${String(index + 1).padStart(2, '0')}`)

export const NULLS = named('null', 16)
export const GAINS = named('gain', 4)

export const suite = {
  name: 'campaign-trials',
  module: import.meta.url,
  baseline: () => ({ turns: TURNS }),
  workloads: [
    {
      id: 'spin',
      title: 'integer turns',
      scales: { smoke: 1, standard: 1, production: 1 },
      passes: { smoke: PASSES, standard: PASSES, production: PASSES },
      prepare: async () => {},
      run: async ({ turns }, _scale, seed) => {
        spin(seed, turns)
        return { output: spin(seed, 1000) }
      },
      canonical: String,
      diverge: (a, b) =>
        a === b ? undefined : { at: {}, field: 'state', baseline: String(a), candidate: String(b) },
    },
  ],
  layers: [...NULLS.map((id) => layer(id, 0)), ...GAINS.map((id) => layer(id, GAIN))],
}
