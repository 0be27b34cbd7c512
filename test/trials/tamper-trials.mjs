import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { loadSuite } from '../../dist/harness/measurement/load-suite.js'
import { measurePair } from '../../dist/harness/measurement/measure-pair.js'
import { nodeFlagsFor, runEnvironment } from '../../dist/harness/measurement/run-environment.js'
import { findMovedWork } from '../../dist/harness/verdict/moved-work.js'
import { roundsOf } from '../../dist/harness/verdict/rounds.js'
import { findTamperedRun, findWrongAnswer } from '../../dist/harness/verdict/tampering.js'
import { CHEATS } from '../fixtures/cheating-suite.mjs'
import { habitsOf } from './honest-suite.mjs'

/**
 * Every cheat of the tests, and honest layers that are drawn, in ten defended pairs each, and what
 * they are found to be; and what the defences cost. See README.md.
 */
const { values } = parseArgs({
  options: {
    honest: { type: 'string', default: '200' },
    from: { type: 'string', default: '0' },
    pairs: { type: 'string', default: '10' },
    'no-cheats': { type: 'boolean', default: false },
    cost: { type: 'string', default: '0' },
  },
})
const settings = {
  env: runEnvironment(process.env),
  nodeFlags: nodeFlagsFor('cpu'),
  timeoutMs: 60_000,
  signal: new AbortController().signal,
}
const suiteAt = (path) => loadSuite(fileURLToPath(new URL(path, import.meta.url)), '/')
const honest = await suiteAt('honest-suite.mjs')
const cheating = await suiteAt('../fixtures/cheating-suite.mjs')

const from = Number(values.from)
const drawn = Array.from({ length: Number(values.honest) }, (_, index) => from + index)
if (!values['no-cheats']) await tryCheats()
await tryHonest()
if (Number(values.cost) > 0) await measureCost(Number(values.cost))

async function tryCheats() {
  const all = Object.entries(CHEATS).flatMap(([name, list]) =>
    Object.keys(list).map((id) => ({ name, layer: `${name}.${id}` })),
  )
  let caught = 0
  for (const { name, layer } of all) {
    const { found } = await evaluate(cheating, layer, { warmup: 2, iterations: 20 })
    if (found === name) caught++
    console.log(`${found === name ? 'caught ' : 'MISSED '} ${layer}: ${found ?? 'nothing'}`)
  }
  console.log(`${caught} of ${all.length} cheats were found with their class`)
}

async function tryHonest() {
  let flagged = 0
  for (const number of drawn) {
    const length = { warmup: 2, iterations: 12 }
    const { found, failed } = await evaluate(honest, `honest-${number}`, length)
    if ((number - from) % 10 === 9) console.log(`${number - from + 1} of ${drawn.length} …`)
    if (found === undefined && failed === undefined) continue
    flagged++
    console.log(`FLAGGED honest-${number} (${habitsOf(number).join(', ')}): ${found ?? failed}`)
  }
  console.log(`${flagged} of ${drawn.length} honest layers were flagged`)
}

/** Wall time of pairs with and without the defences, in turn, order reversed each time. */
async function measureCost(count) {
  const length = { warmup: 2, iterations: 12 }
  const ratios = []
  for (let pair = 1; pair <= count; pair++) {
    const time = async (defended) => {
      const begin = performance.now()
      await runPair(honest, { layer: 'honest-0', length, pair, defended, lines: [] })
      return performance.now() - begin
    }
    const order = pair % 2 === 0 ? [true, false] : [false, true]
    const times = new Map()
    for (const defended of order) times.set(defended, await time(defended))
    ratios.push(Math.log(times.get(true) / times.get(false)))
  }
  const mean = ratios.reduce((sum, value) => sum + value, 0) / count
  const variance = ratios.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1)
  const se = Math.sqrt(variance / count)
  const percent = (value) => `${(100 * Math.expm1(value)).toFixed(2)} %`
  console.log(
    `defences: ${percent(mean)} of wall time, 95 % interval ${percent(mean - 1.96 * se)} to ${percent(mean + 1.96 * se)}, ${count} pairs`,
  )
}

/** @returns the class, or why a run failed; both undefined if nothing was found */
async function evaluate(loaded, layer, length) {
  const lines = []
  for (let pair = 1; pair <= Number(values.pairs); pair++) {
    const plan = await runPair(loaded, { layer, length, pair, defended: true, lines })
    const found = findTamperedRun(lines)?.class ?? findWrongAnswer(plan, lines)?.tampering.class
    if (found !== undefined) return { found }
    const failure = lines.find((line) => 'error' in line)
    if (failure !== undefined) return { failed: failure.error }
    if (pair === Number(values.pairs))
      return { found: findMovedWork(roundsOf(lines, plan, 'spin'), 'baseline', 'cpu')?.class }
  }
  return {}
}

async function runPair(loaded, { layer, length, pair, defended, lines }) {
  const workload = { id: 'spin', role: 'target', design: 'co-scheduled', ...length, seedSets: 100 }
  const plan = {
    arms: ['baseline', 'candidate'],
    stacks: { baseline: [], incumbent: [], candidate: [layer] },
    scale: 'smoke',
    seed: 20_261_128,
    metric: 'cpu',
    workloads: [workload],
    ...(defended && { defended }),
  }
  const startOfRun = () => new Date().toISOString()
  const onLine = (line) => void lines.push(line)
  await measurePair({ plan, loaded, settings, startOfRun, onRun: () => {}, onLine }, workload, pair)
  return plan
}
