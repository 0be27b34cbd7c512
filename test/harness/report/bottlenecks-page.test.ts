import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { InputError } from '../../../harness/errors.js'
import { readRecords } from '../../../harness/record/record-store.js'
import {
  checkBottlenecks,
  refreshBottlenecks,
  writeBottlenecks,
} from '../../../harness/report/bottlenecks-page.js'
import { packageRoot } from '../../../harness/system/package-root.js'
import { sealOf, sealText } from '../../../harness/system/sealed-text.js'
import { temporaryDirectory } from '../../fixtures/bench.js'

const SUMMARY = '0016-all'
const LAYER = '0002-layer1'
const records = readRecords(packageRoot())
const pathOf = (root: string) => join(root, 'profiling-results', 'BOTTLENECKS.md')
const pageOf = (root: string) => readFileSync(pathOf(root), 'utf8')

/** A root with some of the committed records and their evidence. */
function rootWith(...ids: readonly string[]): string {
  const root = temporaryDirectory()
  mkdirSync(join(root, 'profiling-results'))
  for (const id of ids)
    for (const name of [`profiling-results/${id}`, `decisions/${id}.json`, `decisions/${id}.md`])
      cpSync(join(packageRoot(), name), join(root, name), { recursive: true })
  return root
}

describe('the page of bottlenecks', () => {
  it('that is committed names its record, and follows from it', () => {
    const page = pageOf(packageRoot())
    const record = /^Derived from the record \[(\d{4}-[\w.-]+)\]/m.exec(page)?.[1]
    expect(records.map(({ id }) => id)).toContain(record)
    expect(sealOf(page)).toBe('whole')
    expect(checkBottlenecks(packageRoot(), records)).toBe('same')
  })

  it('is derived from the newest summary with profiles: each workload, in each of its arms', () => {
    const root = rootWith(LAYER, SUMMARY)
    expect(checkBottlenecks(root, readRecords(root))).toBe('absent')
    writeBottlenecks(root, readRecords(root))
    const page = pageOf(root)
    expect(page).toContain(`Derived from the record [${SUMMARY}](../decisions/${SUMMARY}.md)`)
    for (const { id } of records.find(({ id }) => id === SUMMARY)!.workloads)
      expect(page).toContain(`## ${id}\n`)
    expect(checkBottlenecks(root, readRecords(root))).toBe('same')
  })

  it('is not written without a summary, or without its profiles', () => {
    const root = rootWith(LAYER)
    writeBottlenecks(root, readRecords(root))
    expect(checkBottlenecks(root, readRecords(root))).toBe('absent')
  })

  it('does not follow from its record any more if either is changed or gone', () => {
    const root = rootWith(SUMMARY)
    writeBottlenecks(root, readRecords(root))
    const page = pageOf(root)
    const edited = sealText(page.replace(/<!--.*\n$/, '').replace(' %', ' ‰'))
    writeFileSync(pathOf(root), edited)
    expect(checkBottlenecks(root, readRecords(root))).toMatchObject({
      found: edited,
      derived: page,
    })
    writeFileSync(pathOf(root), page)
    rmSync(join(root, 'decisions', `${SUMMARY}.json`))
    expect(checkBottlenecks(root, readRecords(root))).toMatchObject({ found: page, derived: '' })
  })

  it('is refreshed with the report of its summary, but a page made by profiling is kept', () => {
    const root = rootWith(SUMMARY)
    const profiled = sealText('# Where the time goes\n\nShares are of the busy time of a pass\n')
    writeFileSync(pathOf(root), profiled)
    refreshBottlenecks(root, readRecords(root))
    expect(pageOf(root)).toBe(profiled)
    expect(checkBottlenecks(root, readRecords(root))).toBe('profiled')
    writeBottlenecks(root, readRecords(root))
    const page = pageOf(root)
    writeFileSync(pathOf(root), page.replace('## Overview', '## Edited'))
    refreshBottlenecks(root, readRecords(root))
    expect(pageOf(root)).toBe(page)
  })

  it('never replaces a file of yours', () => {
    const root = rootWith(SUMMARY)
    writeFileSync(pathOf(root), 'mine\n')
    expect(() => writeBottlenecks(root, readRecords(root))).toThrow(InputError)
    expect(pageOf(root)).toBe('mine\n')
  })
})
