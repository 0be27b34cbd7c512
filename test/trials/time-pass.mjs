import { pathToFileURL } from 'node:url'

/**
 * Measures the CPU time of a pass of the pure baseline, as the gate times it in a new process, the
 * number of calls of the planted function, and the time of one turn of its kernel.
 */
const { suite } = await import(pathToFileURL(process.argv[2]).href)
const workload = suite.workloads.find(({ id }) => id === 'grid-search')
const scale = workload.scales.smoke
const SEED = 20251022
/** Warm-up and timed passes that the gate uses for passes of this length. */
const [WARMUP, TIMED] = [3, 2]

await workload.prepare(scale, SEED, () => {})
const pass = async () => {
  const before = process.cpuUsage()
  await workload.run(suite.baseline(), scale, SEED)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}
globalThis.plantedCalls = 0
for (let warm = 0; warm < WARMUP; warm++) await pass()
const calls = globalThis.plantedCalls / WARMUP
let timed = 0
for (let i = 0; i < TIMED; i++) timed += await pass()

function kernel(turns) {
  let state = 1
  for (let turn = 0; turn < turns; turn++)
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + turn) | 0
  return state
}
const TURNS = 200_000
const costs = []
for (let look = 0; look < 200; look++) {
  const before = process.hrtime.bigint()
  if (kernel(TURNS) === 0.5) throw new Error('never')
  costs.push(Number(process.hrtime.bigint() - before) / TURNS)
}
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1]
process.stdout.write(JSON.stringify({ passMs: timed / TIMED, calls, nanosPerTurn: median(costs) }))
process.exit()
