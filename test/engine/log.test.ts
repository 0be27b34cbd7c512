import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { engineLog, type LogLevel } from '../../engine/index.js'

describe('the log', () => {
  let directory: string
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'assay-log-'))
  })
  afterAll(() => rmSync(directory, { recursive: true, force: true }))

  function written(level: LogLevel | undefined): string {
    const file = join(directory, `${level}.log`)
    const fd = openSync(file, 'w')
    const log = engineLog(level, fd)
    log.warn({ cache: 'preGrouped', step: 'read' }, 'cache failed')
    log.warn({ cache: 'preGrouped', step: 'write' }, 'cache failed')
    log.debug?.({ cache: 'preGrouped', operation: 'hit' }, 'cache hit')
    closeSync(fd)
    return readFileSync(file, 'utf8')
  }

  it('is silent by default', () => {
    expect(written(undefined)).toBe('')
    expect(written('silent')).toBe('')
  })

  it('writes one JSON line per warning', () => {
    const lines = written('warn')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines).toMatchObject([
      { name: 'assay', cache: 'preGrouped', step: 'read', msg: 'cache failed' },
      { name: 'assay', cache: 'preGrouped', step: 'write', msg: 'cache failed' },
    ])
  })

  it('writes every operation of a cache at level debug, and has no debug method below it', () => {
    const lines = written('debug').trim().split('\n')
    expect(JSON.parse(lines[2]!)).toMatchObject({
      name: 'assay',
      cache: 'preGrouped',
      operation: 'hit',
      msg: 'cache hit',
    })
    expect(engineLog('warn').debug).toBeUndefined()
    expect(engineLog().debug).toBeUndefined()
  })

  it('writes whole lines to a given writer', () => {
    const lines: string[] = []
    engineLog('warn', { write: (line) => lines.push(line) }).warn(
      { cache: 'history.kept' },
      'cache failed',
    )
    expect(lines).toHaveLength(1)
    expect(JSON.parse(lines[0]!)).toMatchObject({ cache: 'history.kept', msg: 'cache failed' })
  })
})
