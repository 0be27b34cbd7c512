import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fixture, temporaryDirectory } from '../fixtures/bench.js'
import { assay } from './assay.js'

const cache = temporaryDirectory()
const SMALL = ['--scale', 'smoke', '--workload', 'grid-search', '--seed', '4']

async function evaluate(layer: string, words: readonly string[] = [], cacheDirectory = cache) {
  const out = temporaryDirectory()
  // Measured processes inherit what the command line was given, so the variable is set where they
  // will look for it.
  const output = await assay(['evaluate', layer, ...SMALL, '--out', out, ...words], {
    env: { ...process.env, ASSAY_CACHE_DIR: cacheDirectory },
  })
  return { ...output, out }
}

describe('evaluate on the real suite', () => {
  it('catches one fill that differs by one tick, and names it', async () => {
    const { code, stderr, out } = await evaluate('one-tick', [
      '--suite',
      fixture('one-tick-suite.mjs'),
    ])
    expect(code).toBe(4)
    expect(stderr).toMatch(
      /not equivalent: grid-search, seed 4, backtest fast=\d+ slow=\d+, fill number 3, session \d{4}-\d{2}-\d{2}, asset A\d{2}: price is \d+(\.\d+)? in baseline and \d+\.\d{6} in candidate/,
    )
    const record = JSON.parse(readFileSync(join(out, 'decisions', '0001-one-tick.json'), 'utf8'))
    expect(record).toMatchObject({ verdict: 'rejected', reasons: ['not-equivalent'] })
    expect(JSON.stringify(record.workloads)).not.toContain('improvement')
  })

  // The market the evaluation above has made.
  it('makes a damaged market again with a warning, and continues', async () => {
    const market = readdirSync(cache)[0]!
    truncateSync(join(cache, market, 'bars.parquet'), 50)
    const { code, stderr } = await evaluate('one-tick', ['--suite', fixture('one-tick-suite.mjs')])
    expect(code).toBe(4)
    expect(stderr).toMatch(/warning: cached market .* is damaged .*making it again/)
  })

  it('names the variable where the market cache cannot be written, exits with 2, and leaves nothing behind', async () => {
    const blocked = join(temporaryDirectory(), 'file')
    writeFileSync(blocked, '')
    const { code, stderr, out } = await evaluate('layer1', [], join(blocked, 'cache'))
    expect(code).toBe(2)
    expect(stderr).toContain('ASSAY_CACHE_DIR')
    expect(readdirSync(join(out, 'profiling-results'))).toEqual([])
  })

  it('does not start in a directory that cannot be written', async () => {
    const blocked = join(temporaryDirectory(), 'file')
    writeFileSync(blocked, '')
    const { code, stderr } = await assay(['evaluate', 'layer1', ...SMALL, '--out', blocked])
    expect(code).toBe(2)
    expect(stderr.trim().split('\n').at(-1)).toContain(blocked)
  })
})
