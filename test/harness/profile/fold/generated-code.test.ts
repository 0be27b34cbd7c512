import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ProfileCategories } from '../../../../harness/contract.js'
import {
  attributeBy,
  categoryNames,
  GENERATED_CATEGORY,
} from '../../../../harness/profile/figures/attribute.js'
import { gainByCategory } from '../../../../harness/profile/figures/gain.js'
import { moduleOf } from '../../../../harness/profile/figures/module-of.js'
import { tally } from '../../../../harness/profile/figures/tally.js'
import { parseCpuProfile } from '../../../../harness/profile/fold/cpuprofile.js'
import { foldCpuProfiles, frameOf } from '../../../../harness/profile/fold/fold.js'
import { foldedText } from '../../../../harness/profile/fold/folded-text.js'
import { sourceLocator } from '../../../../harness/profile/fold/source-maps.js'
import { temporaryDirectory } from '../../../fixtures/bench.js'
import { sampledArm } from '../sampled-arms.js'

/** Five ways to make code at run time, each busy for about as long; prints its CPU profile. */
const PROGRAM = `
const { Session } = require('node:inspector')
const vm = require('node:vm')
const session = new Session()
session.connect()
session.post('Profiler.enable')
session.post('Profiler.setSamplingInterval', { interval: 200 })
session.post('Profiler.start')
const body = 'let x = 0; for (let i = 0; i < 2e7; i++) x = (x * 31 + i) % 1000003; return x'
function caller() {
  new Function('a', body)(1)
  new Function('function inner() {' + body + '} return inner()\\n//# sourceURL=views/list.hbs')()
  eval('(function evaluated() {' + body + '})()')
  vm.runInThisContext('(function script() {' + body + '})()', { filename: 'rules.vm.js' })
}
caller()
session.post('Profiler.stop', (_, { profile }) => process.stdout.write(JSON.stringify(profile)))
`

const folder = temporaryDirectory()
const file = join(folder, 'program.cjs')
writeFileSync(file, PROGRAM)
const text = execFileSync(process.execPath, [file], { encoding: 'utf8', maxBuffer: 2 ** 28 })
const profile = foldCpuProfiles([parseCpuProfile({ name: 'program', text })], sourceLocator(folder))
const table = (sources: readonly string[]): ProfileCategories => ({
  categories: [
    { name: 'program', sources: ['program.cjs'] },
    { name: 'views', sources },
  ],
  callers: [],
})
const shares = (sources: readonly string[] = []) => {
  const { byCategory, total, byModule } = tally(
    profile,
    ({ micros }) => micros,
    attributeBy(table(sources)),
  )
  const share = (of: ReadonlyMap<string, number>, name: string) => (of.get(name) ?? 0) / total
  return {
    of: (name: string) => share(byCategory, name),
    module: (name: string) => share(byModule, name),
  }
}

describe('code that a program makes while it runs', () => {
  it('is JavaScript with the address or the name it was given, else the name of its function', () => {
    const files = new Set(profile.frames.map((frame) => frame.file))
    for (const name of ['(anonymous)', 'views/list.hbs', 'evaluated', 'rules.vm.js'])
      expect(files).toContain(`eval:${name}`)
    expect(foldedText(profile)).not.toMatch(/\[native\] (?:\(?anonymous|inner|evaluated|script)/)
  })

  it('is a category and a module of its own, not the time of its caller', () => {
    expect(shares().of(GENERATED_CATEGORY)).toBeGreaterThan(0.6)
    expect(shares().of('program')).toBeLessThan(0.2)
    expect(shares().module(GENERATED_CATEGORY)).toBeGreaterThan(0.6)
  })

  it('belongs to the category that lists it', () => {
    expect(shares(['eval:views/']).of('views')).toBeGreaterThan(0.1)
    expect(shares(['eval:views/list.hbs']).of('views')).toBeGreaterThan(0.1)
  })
})

describe('a function without a file', () => {
  const frame = (url: string, lineNumber: number, functionName = 'f') =>
    frameOf({ functionName, url, lineNumber, columnNumber: 0 }, sourceLocator(folder))

  it.each([
    ['', 0, { name: 'f', kind: 'js', file: 'eval:f', line: 1 }],
    ['', -1, { name: 'f', kind: 'native' }],
    ['wasm://wasm/abc', 0, { name: 'f', kind: 'js' }],
    ['a/b.hbs', 4, { name: 'f', kind: 'js', file: 'eval:a/b.hbs', line: 5 }],
    ['node:fs', 4, { name: 'f', kind: 'js', file: 'node:fs', line: 5 }],
  ])('with the address "%s" and the line %d', (url, line, expected) => {
    expect(frame(url, line)).toEqual(expected)
  })

  it('has at most a hundred characters of an address that holds the source', () => {
    const { file: address = '' } = frame(`data:text/javascript,${'x'.repeat(1e5)}`, 0)
    expect(address).toMatch(/^eval:data:text\/javascript,x+…$/)
    expect(address.length).toBeLessThan(110)
    expect(moduleOf(frame('a/b.hbs', 0))).toBe(GENERATED_CATEGORY)
  })
})

describe('the category of generated code', () => {
  it('is shown only where there is some', () => {
    expect(categoryNames(table([]))).not.toContain(GENERATED_CATEGORY)
    expect(categoryNames(table([]), true)).toContain(GENERATED_CATEGORY)
  })

  it('counts in the gain where only the candidate has it', () => {
    const before = sampledArm('baseline', { work: 100 }, { cpuMs: 100 })
    const after = sampledArm('candidate', { work: 20, [GENERATED_CATEGORY]: 30 }, { cpuMs: 50 })
    const { categories, profiled } = gainByCategory(before, after, { estimate: 0.5 })
    expect(profiled).toBeCloseTo(0.5, 12)
    expect(categories.find(({ name }) => name === GENERATED_CATEGORY)?.saved).toBeCloseTo(-0.3, 12)
  })
})
