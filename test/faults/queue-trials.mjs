import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'

/**
 * Searches through Redis whose worker processes, and whose Redis, are killed at random: each has to
 * end with the results of one thread, every trial counted once. `--kills` and `--restarts` are the
 * numbers of both (50 and 10), `--seed` draws the moments. Ends with 1 if a search has a problem.
 */
const repository = resolve(import.meta.dirname, '../..')
const ASSAY = join(repository, 'dist/scenarios/main.js')
const MODULE = join(repository, 'test/fixtures/pool-search.mjs')
const engine = await import(join(repository, 'dist/engine/index.js'))
const { marketContent } = await import(join(repository, 'dist/scenarios/market/market-content.js'))

const TRIALS = 250
const WORKERS = 2
const KEPT = ['--appendonly', 'yes', '--appendfsync', 'always']

const { kills, restarts, seed } = parse(process.argv.slice(2))
const draw = generator(seed)
const directory = mkdtempSync(join(tmpdir(), 'assay-queue-trials-'))
const children = new Set()
for (const [signal, code] of Object.entries({ SIGINT: 130, SIGTERM: 143 }))
  process.once(signal, () => process.exit(code))
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL')
  rmSync(directory, { recursive: true, force: true })
})

const bundle = join(directory, 'market')
await engine.writeBundle(bundle, marketContent({ assets: 3, sessions: 90 }, 11))
const expected = await inline()
let problems = 0
await phase('a worker killed', kills, [], async ({ workers, startWorker }) => {
  const victim = [...workers][draw(workers.size)]
  workers.delete(victim)
  const ended = once(victim, 'exit')
  victim.kill('SIGKILL')
  await ended
  startWorker()
})
for (const [name, words, count] of [
  ['Redis killed, jobs kept', KEPT, Math.ceil(restarts / 2)],
  ['Redis killed, jobs lost', [], Math.floor(restarts / 2)],
])
  await phase(name, count, words, async ({ redis }) => {
    await redis.kill()
    await pause(draw(2000))
    await redis.start()
  })
process.exitCode = problems > 0 ? 1 : 0

/** Searches until a fault has happened so often. */
async function phase(name, count, words, fault) {
  let done = 0
  let searches = 0
  const begin = performance.now()
  while (done < count) {
    const faults = await oneSearch(words, count - done, fault)
    if (faults.problem !== undefined) {
      problems++
      console.log(`PROBLEM ${name}: ${faults.problem}`)
    }
    searches++
    done += faults.done
    console.log(`${name}: ${done} of ${count} (${faults.lost} ranges added again)`)
  }
  const seconds = Math.round((performance.now() - begin) / 1000)
  console.log(`${name} ${done} times in ${searches} searches, ${seconds} s`)
}

async function oneSearch(words, most, fault) {
  const redis = await startRedis(words)
  const workers = new Set()
  const startWorker = () => {
    const options = ['worker', '--redis', redis.url, '--module', MODULE, '--workers', '1']
    workers.add(child(process.execPath, [ASSAY, ...options]))
  }
  for (let i = 0; i < WORKERS; i++) startWorker()
  const queue = engine.redisQueue({ url: redis.url, module: MODULE, options: { bundle } })
  const seen = new Array(TRIALS).fill(0)
  const state = { done: 0, isOver: false }
  try {
    let began
    const hasBegun = new Promise((resolve) => {
      began = resolve
    })
    const onResults = (first, results) => {
      for (let i = 0; i < results.length; i++) seen[first + i]++
      began()
    }
    const run = queue.trials({ onResults }).map(tasks())
    const faults = faultsDuring(state, hasBegun, most, () => fault({ workers, startWorker, redis }))
    const results = await run
    state.isOver = true
    await faults
    const { lost } = queue.statistics()
    return { done: state.done, lost, problem: problemOf(results, seen) }
  } catch (error) {
    return { done: Math.max(1, state.done), lost: '?', problem: error.message }
  } finally {
    state.isOver = true
    await queue.close()
    for (const worker of workers) worker.kill('SIGKILL')
    await redis.kill()
  }
}

/** At random moments, two to eight seconds apart. */
async function faultsDuring(state, hasBegun, most, fault) {
  await hasBegun
  while (state.done < most) {
    await pause(2000 + draw(6000))
    if (state.isOver) return
    await fault()
    state.done++
  }
}

function problemOf(results, seen) {
  const notOnce = seen.findIndex((count) => count !== 1)
  if (notOnce >= 0) return `trial ${notOnce} was counted ${seen[notOnce]} times`
  return isDeepStrictEqual(results, expected) ? undefined : 'the results differ from one thread'
}

/** Each takes some 0.2 s and hardly any processor. */
function tasks(fault = 'is slow') {
  return Array.from({ length: TRIALS }, (_, trial) => ({
    parameters: {
      bars: 2 + (trial % 17),
      shares: 1 + (trial % 5),
      trial,
      ...(fault && { fault }),
    },
  }))
}

async function inline() {
  const search = await engine.loadSearchModule(MODULE, { options: { bundle } })
  const own = engine.openEngine(engine.defaults())
  const results = []
  for (const task of tasks(null))
    results.push(await own.trial(await engine.specOf(search, task, bundle), search.objective))
  return results
}

async function startRedis(words) {
  const port = await freePort()
  const data = mkdtempSync(join(directory, 'redis-'))
  let server
  const redis = {
    url: `redis://127.0.0.1:${port}`,
    async start() {
      const options = ['--port', `${port}`, '--dir', data, '--save', '', ...words]
      server = child('redis-server', options)
      await pause(300)
    },
    async kill() {
      const ended = once(server, 'exit')
      server.kill('SIGKILL')
      await ended
    },
  }
  await redis.start()
  return redis
}

function child(file, words) {
  const started = spawn(file, words, { stdio: 'ignore' })
  children.add(started)
  started.once('exit', () => children.delete(started))
  return started
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

/** Numbers of [0, n), of a linear congruential generator (Knuth, MMIX). */
function generator(first) {
  let state = BigInt(first)
  return (n) => {
    state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n)
    return Number((state >> 33n) % BigInt(n))
  }
}

function parse(words) {
  const given = { kills: 50, restarts: 10, seed: 1 }
  for (let i = 0; i < words.length; i += 2) {
    const name = words[i].replace(/^--/, '')
    if (!Object.hasOwn(given, name) || !/^\d+$/.test(words[i + 1] ?? ''))
      throw new Error(`unknown option ${words[i]}; use --kills <n>, --restarts <n> or --seed <n>`)
    given[name] = Number(words[i + 1])
  }
  return given
}
