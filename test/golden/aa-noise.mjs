// Recorded `aa-noise.csv`: process runs of identical code as A and as B (A/A), adjacent pairs, seeded order, on an ordinary busy host.
// Call: node test/golden/aa-noise.mjs > test/golden/aa-noise.csv   (real time, so every recording differs)
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const PAIRS = 40
const ITERATIONS = 60

if (process.argv[2] === 'run') run()
else record()

function record() {
  let state = 20261120
  console.log('pair,arm,position,cpu_ms,wall_ms,peak_rss_bytes')
  for (let pair = 1; pair <= PAIRS; pair += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    for (const [position, arm] of (state > 2 ** 31 ? ['A', 'B'] : ['B', 'A']).entries()) {
      const { stdout } = spawnSync(process.execPath, ['--single-threaded-gc', fileURLToPath(import.meta.url), 'run'], { encoding: 'utf8' })
      console.log(`${pair},${arm},${position},${stdout.trim()}`)
    }
  }
}

function run() {
  for (let warmup = 0; warmup < 3; warmup += 1) work()
  const cpu = process.cpuUsage()
  const start = process.hrtime.bigint()
  for (let iteration = 0; iteration < ITERATIONS; iteration += 1) work()
  const wallMs = Number(process.hrtime.bigint() - start) / 1e6 / ITERATIONS
  const { user, system } = process.cpuUsage(cpu)
  console.log(`${(user + system) / 1000 / ITERATIONS},${wallMs},${process.resourceUsage().maxRSS * 1024}`)
}

/** Moving averages over a typed array: arithmetic, no garbage. */
function work() {
  const closes = Float64Array.from({ length: 40_000 }, (_, index) => 100 + Math.sin(index / 50))
  let crossings = 0
  for (let fast = 5; fast <= 50; fast += 5) {
    let sum = 0
    for (let index = 0; index < closes.length; index += 1) {
      sum += closes[index] - (index >= fast ? closes[index - fast] : 0)
      if (sum / fast > closes[index]) crossings += 1
    }
  }
  return crossings
}
