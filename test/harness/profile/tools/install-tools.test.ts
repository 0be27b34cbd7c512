import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { InputError, InvalidEvidenceError } from '../../../../harness/errors.js'
import { Interrupted } from '../../../../harness/io.js'
import { type Installation, installTools } from '../../../../harness/profile/tools/install-tools.js'
import { temporaryDirectory } from '../../../fixtures/bench.js'
import { standInPackage } from './stand-in-package.js'

let source = ''
beforeAll(() => {
  source = standInPackage()
})

function installation(change: Partial<Installation> = {}) {
  const phases: string[] = []
  const given: Installation = {
    source,
    cache: join(temporaryDirectory(), 'tools'),
    env: process.env,
    timeoutMs: 60_000,
    signal: new AbortController().signal,
    phase: (text) => void phases.push(text),
    ...change,
  }
  return { given, phases }
}

describe('installing profiling tools', () => {
  it('happens once, is reported, and afterwards needs neither npm nor a network', async () => {
    const { given, phases } = installation()
    const installed = await installTools(given)
    expect(phases).toEqual([`installing profiling tools into ${installed}, once`])
    expect(existsSync(join(installed, 'node_modules', 'stand-in-tool', 'tool.mjs'))).toBe(true)
    expect(await installTools({ ...given, env: { PATH: '' } })).toBe(installed)
    expect(phases).toHaveLength(1)
    expect(readdirSync(given.cache)).toHaveLength(1)
  })

  it('is separate for another lock file', async () => {
    const { given } = installation()
    const first = await installTools(given)
    const changed = temporaryDirectory()
    cpSync(source, changed, { recursive: true })
    const lock = join(changed, 'package-lock.json')
    writeFileSync(
      lock,
      `${JSON.stringify({ ...JSON.parse(readFileSync(lock, 'utf8')), version: '2.0.0' })}\n`,
    )
    expect(await installTools({ ...given, source: changed })).not.toBe(first)
    expect(readdirSync(given.cache)).toHaveLength(2)
  })

  it('refuses a package that differs from the lock file, and leaves nothing behind', async () => {
    const tampered = temporaryDirectory()
    cpSync(source, tampered, { recursive: true })
    writeFileSync(join(tampered, 'stand-in-tool-1.0.0.tgz'), 'another tarball')
    // A cache of its own: in the user's cache, npm would find the right tarball by its digest.
    const { given } = installation({
      source: tampered,
      env: { ...process.env, npm_config_cache: temporaryDirectory() },
    })
    await expect(installTools(given)).rejects.toThrow(InvalidEvidenceError)
    await expect(installTools(given)).rejects.toThrow(
      /npm ci exited with code 1; its stderr ends: .*; the first use needs npm and its registry/,
    )
    expect(readdirSync(given.cache)).toEqual([])
  })

  it('leaves nothing behind if npm is missing, takes too long, or is interrupted', async () => {
    const missing = installation({ env: { PATH: '' } })
    await expect(installTools(missing.given)).rejects.toThrow(/npm ci could not be started/)
    const late = installation({ timeoutMs: 1 })
    await expect(installTools(late.given)).rejects.toThrow(/npm ci timed out after 0\.001 s/)
    const controller = new AbortController()
    const stopped = installation({
      signal: controller.signal,
      phase: () => controller.abort(new Interrupted('SIGINT')),
    })
    await expect(installTools(stopped.given)).rejects.toThrow(Interrupted)
    for (const { given } of [missing, late, stopped]) expect(readdirSync(given.cache)).toEqual([])
  })

  it('names the variable to set if its folder cannot be created', async () => {
    const file = join(temporaryDirectory(), 'file')
    writeFileSync(file, '')
    const { given } = installation({ cache: join(file, 'tools') })
    await expect(installTools(given)).rejects.toThrow(InputError)
    await expect(installTools(given)).rejects.toThrow(
      /the folder for profiling tools; set ASSAY_CACHE_DIR to a writable folder/,
    )
  })
})
