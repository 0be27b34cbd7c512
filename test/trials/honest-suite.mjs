import { AsyncLocalStorage } from 'node:async_hooks'
import { createHash } from 'node:crypto'
import { EventEmitter } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { finished } from 'node:stream/promises'
import { Worker } from 'node:worker_threads'
import { gunzipSync, gzip } from 'node:zlib'

/**
 * Honest layers, drawn by their numbers: each makes fewer turns than the baseline, and does one to
 * three things that could be taken for tampering.
 */

export let residue = 0

function spin(seed, turns) {
  let state = seed | 1
  for (let turn = 0; turn < turns; turn++)
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + turn) | 0
  return state
}

const storage = new AsyncLocalStorage()
const kept = []
let table
let compiled

/** Each is called once in every iteration, with its seed and the number of the iteration. */
const HABITS = {
  'cache within an iteration': (seed) => {
    const cache = new Map()
    for (let turn = 0; turn < 3000; turn++)
      if (!cache.has(turn % 97)) cache.set(turn % 97, spin(seed + turn, 10))
    return cache.size
  },
  'lazy table': () => {
    table ??= Array.from({ length: 20_000 }, (_, index) => spin(index, 20))
    return table.length
  },
  'lazy compilation': () => {
    compiled ??= new Function('n', 'let s = 0; for (let i = 0; i < n; i++) s += i; return s')
    return compiled(1000)
  },
  'threads at first': async (_, calls) => {
    if (calls > 2) return
    const worker = new Worker("require('node:worker_threads').parentPort.postMessage(1)", {
      eval: true,
    })
    await new Promise((resolve) => worker.once('exit', resolve))
  },
  garbage: (seed) => {
    let length = 0
    for (let round = 0; round < 4; round++)
      length += Array.from({ length: 8000 }, (_, index) => ({ index, seed })).length
    return length
  },
  timers: () => new Promise((resolve) => setTimeout(resolve, 1)),
  immediates: () => new Promise((resolve) => setImmediate(resolve)),
  ticks: () => new Promise((resolve) => process.nextTick(resolve)),
  'asynchronous files': async (seed) => {
    const path = join(os.tmpdir(), `part-${seed}`)
    await fs.promises.writeFile(path, String(seed))
    return await fs.promises.readFile(path, 'utf8')
  },
  'synchronous files': (seed) => {
    const folder = fs.mkdtempSync(join(os.tmpdir(), 'honest-'))
    fs.writeFileSync(join(folder, 'part'), String(seed))
    fs.rmSync(folder, { recursive: true })
  },
  'streamed files': async (seed) => {
    const stream = fs.createWriteStream(join(os.tmpdir(), 'stream'))
    stream.end(`${seed}\n`.repeat(100))
    await finished(stream)
  },
  'reads files': () => fs.readFileSync(new URL(import.meta.url), 'utf8').length,
  'a pool of Node': (seed) =>
    new Promise((resolve, reject) =>
      gzip(`${seed} `.repeat(500), (error, packed) =>
        error ? reject(error) : resolve(gunzipSync(packed).length),
      ),
    ),
  finalizers: (seed) => new FinalizationRegistry(() => {}).register({ seed }, seed),
  'kept outputs': (seed) => kept.push({ seed, values: [seed] }),
  'random numbers': () => Math.random() + Date.now() + performance.now(),
  'own measurements': (seed) => {
    performance.mark(`begin ${seed}`)
    return process.memoryUsage().heapUsed + process.cpuUsage().user
  },
  hashes: (seed) => createHash('sha256').update(String(seed)).digest('hex'),
  'local storage': (seed) => storage.run({ seed }, async () => storage.getStore().seed),
  emitters: (seed) => {
    const emitter = new EventEmitter()
    emitter.on('value', (value) => kept.splice(0, 0, value))
    emitter.emit('value', seed)
    kept.length = Math.min(kept.length, 10)
  },
  'thrown errors': (seed) => {
    try {
      throw new Error(`seed ${seed}`)
    } catch (error) {
      return error.stack.length
    }
  },
  printing: (seed) => process.stdout.write(`${seed}\n`),
  'JSON and clones': (seed) =>
    structuredClone(JSON.parse(JSON.stringify({ seed, list: [1, 2, 3] }))).list.length,
  'listeners of the process': (_, calls) => {
    if (calls === 1) process.on('exit', () => {})
  },
  'many promises': (seed) =>
    Promise.all(Array.from({ length: 300 }, async (_, index) => spin(seed + index, 3))),
}

/** The layers of a number: reproducible, without a library. */
function draw(number) {
  let state = (number + 1) * 2654435761
  const random = () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0
    state ^= state >>> 13
    return (state >>> 0) / 2 ** 32
  }
  const names = Object.keys(HABITS)
  const habits = new Set()
  const count = 1 + Math.floor(random() * 3)
  while (habits.size < count) habits.add(names[Math.floor(random() * names.length)])
  return { habits: [...habits], cost: 0.1 + 0.8 * random() }
}

const TURNS = 1_200_000
const PASS = { warmup: 2, iterations: 12 }
let calls = 0

/** What the layer of a number does. */
export const habitsOf = (number) => draw(number).habits

export const suite = {
  name: 'honest',
  module: import.meta.url,
  baseline: () => ({ cost: 1, habits: [] }),
  workloads: [
    {
      id: 'spin',
      title: 'integer turns',
      scales: { smoke: 1, standard: 1, production: 1 },
      passes: { smoke: PASS, standard: PASS, production: PASS },
      prepare: async () => {},
      run: async ({ cost, habits }, _scale, seed) => {
        calls += 1
        for (const name of habits) await HABITS[name](seed, calls)
        residue = spin(seed, TURNS * cost)
        return { output: { first: spin(seed ^ 7, 300), second: spin(seed ^ 99, 200) } }
      },
      canonical: ({ first, second }) => `${first} ${second}`,
      diverge: () => undefined,
    },
  ],
  layers: Array.from({ length: 1000 }, (_, number) => ({
    id: `honest-${number}`,
    title: habitsOf(number).join(', '),
    hypothesis: 'fewer turns',
    workloads: ['spin'],
    metric: 'cpu',
    criterion: { kind: 'improvement', atLeast: 0.05 },
    apply: () => draw(number),
  })),
}
