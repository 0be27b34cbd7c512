import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { Interrupted } from '../../harness/io.js'
import type { SearchResults } from '../../scenarios/search/search-results.js'
import { temporaryDirectory } from '../fixtures/bench.js'
import { describeWithRedis, startRedis } from '../fixtures/redis-server.js'
import { assay } from './assay.js'

const MAIN = resolve('dist', 'scenarios', 'main.js')
/** The commands with a shared folder, in the order of the page. */
const SHOWN = readFileSync('docs/distributed.md', 'utf8')
  .split('\n')
  .flatMap((line) => /^assay (worker|search) (.*--folder .*)$/.exec(line)?.slice(1) ?? [])

describeWithRedis('the commands of docs/distributed.md', () => {
  it('find with workers of Redis what one thread finds', async () => {
    const redis = await startRedis()
    onTestFinished(() => redis.kill())
    const [workerName, workerWords, searchName, searchWords] = SHOWN
    expect([workerName, searchName]).toEqual(['worker', 'search'])
    const folder = temporaryDirectory()
    const env = { ...process.env, REDIS_URL: redis.url, TMPDIR: temporaryDirectory() }
    const worker = startWorker([workerName!, ...wordsIn(workerWords!, folder)], env)
    const distributed = wordsIn(searchWords!, folder)
    const { code, stderr } = await assay(['search', ...distributed], { env })
    expect(code, stderr).toBe(0)
    const words = distributed.filter((word) => word !== '--redis' && word !== folder)
    const alone = [...words.filter((word) => word !== '--folder'), '--workers', '1']
    const at = alone.indexOf('--out') + 1
    alone[at] = join(temporaryDirectory(), 'alone')
    expect((await assay(['search', ...alone], { env })).code).toBe(0)
    const [found, expected] = [distributed[distributed.indexOf('--out') + 1]!, alone[at]!]
    expect(resultsIn(found).trials).toHaveLength(100)
    expect(resultsIn(found).trials).toEqual(resultsIn(expected).trials)
    expect(resultsIn(found).best).toEqual(resultsIn(expected).best)
    worker.kill('SIGKILL')
  })
})

describeWithRedis('assay search --redis', () => {
  const MODULE = 'docs/distributed/mine.search.mjs'

  it('never prints the password, not in the command to go on with either', async () => {
    const redis = await startRedis(['--requirepass', 's3cret'])
    onTestFinished(() => redis.kill())
    const url = redis.url.replace('//', '//:s3cret@')
    const controller = new AbortController()
    setTimeout(() => controller.abort(new Interrupted('SIGINT')), 1000)
    const words = ['search', MODULE, '--redis', url, '--out', join(temporaryDirectory(), 'found')]
    const { code, stdout, stderr } = await assay(words, { signal: controller.signal })
    expect(code, stderr).toBe(130)
    expect(stderr).toMatch(/go on with: .* --redis --out .* --resume/)
    expect(stdout + stderr).not.toContain('s3cret')
  })

  it.each([
    [['--redis'], 'set the variable REDIS_URL'],
    [['--folder', 'shared'], 'go with --redis'],
    [['--redis', 'http://:s3cret@host'], 'write redis://host:6379'],
  ])('%j names the remedy', async (words, remedy) => {
    const out = ['--out', join(temporaryDirectory(), 'found')]
    const { code, stderr } = await assay(['search', MODULE, ...words, ...out], { env: {} })
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(remedy) })
    expect(stderr).not.toContain('s3cret')
  })
})

function startWorker(words: readonly string[], env: NodeJS.ProcessEnv): ChildProcess {
  const worker = spawn(process.execPath, [MAIN, ...words], { stdio: 'ignore', env })
  onTestFinished(() => void worker.kill('SIGKILL'))
  return worker
}

/** Its folders in folders of the test. */
function wordsIn(line: string, folder: string): string[] {
  const out = join(temporaryDirectory(), 'found')
  return line.split(' ').map((word) => ({ shared: folder, found: out })[word] ?? word)
}

function resultsIn(directory: string): SearchResults {
  return JSON.parse(readFileSync(join(directory, 'search.json'), 'utf8')) as SearchResults
}
