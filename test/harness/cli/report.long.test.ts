import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { packageRoot } from '../../../harness/system/package-root.js'
import { assay, temporaryDirectory } from '../../fixtures/bench.js'

const IDS = ['0002-layer1', '0003-layer1.asset-list'] as const
let root = ''

/** Two committed records with their evidence and without their reports. */
beforeEach(() => {
  root = temporaryDirectory()
  mkdirSync(join(root, 'decisions'))
  for (const id of IDS) {
    cpSync(join(packageRoot(), 'profiling-results', id), join(root, 'profiling-results', id), {
      recursive: true,
    })
    for (const file of [`${id}.json`, `${id}.md`])
      cpSync(join(packageRoot(), 'decisions', file), join(root, 'decisions', file))
  }
})

/** Neither a lock nor a profile of the moment. */
const isCommitted = (path: string) => !/profiling-results\/(\.|profile-)/.test(path)

const report = (name: string) => join(root, 'reports', name)
const read = (name: string) => readFileSync(report(name), 'utf8')

describe('assay report', () => {
  it('writes the report of a record, its picture and the index, and the same bytes again', async () => {
    const { code, stdout } = await assay(`report 2 --out ${root}`)
    expect(code).toBe(0)
    expect(stdout).toBe(
      `written: ${report('0002-layer1.html')}\nwritten: ${report('index.html')}\n`,
    )
    expect(readdirSync(join(root, 'reports')).sort()).toEqual([
      '0002-layer1.html',
      '0002-layer1.svg',
      'index.html',
    ])
    expect(read('index.html')).toContain('href="0002-layer1.html"')
    expect(read('index.html')).not.toContain('href="0003-layer1.asset-list.html"')
    const before = read('0002-layer1.html')
    await assay(`report --all --out ${root}`)
    expect(read('0002-layer1.html')).toBe(before)
    expect(read('index.html')).toContain('href="0003-layer1.asset-list.html"')
  })

  it('is what was committed, for every record: a report names the records that supersede it', async () => {
    for (const folder of ['decisions', 'profiling-results'])
      cpSync(join(packageRoot(), folder), join(root, folder), {
        recursive: true,
        filter: isCommitted,
      })
    await assay(`report --all --out ${root}`)
    const committed = readdirSync(join(packageRoot(), 'reports'))
    expect(readdirSync(join(root, 'reports')).sort()).toEqual(committed.sort())
    for (const name of committed)
      expect(read(name)).toBe(readFileSync(join(packageRoot(), 'reports', name), 'utf8'))
  })

  it.each(['report', 'report 2 --all', 'report 9'])(
    '%s is exit 2, and nothing is written',
    async (words) => {
      const { code, stderr } = await assay(`${words} --out ${root}`)
      expect(code).toBe(2)
      expect(stderr).toMatch(/^assay: .*\n$/)
      expect(existsSync(join(root, 'reports'))).toBe(false)
    },
  )

  it('refuses evidence that the record was not derived from', async () => {
    const journal = join(root, 'profiling-results', IDS[0], 'runs.jsonl')
    writeFileSync(journal, readFileSync(journal, 'utf8').replace('"cpuMs":1', '"cpuMs":2'))
    const { code, stderr } = await assay(`report 2 --out ${root}`)
    expect([code, stderr]).toEqual([5, expect.stringContaining('runs.jsonl is not the file')])
    expect(existsSync(report('0002-layer1.html'))).toBe(false)
  })
})

describe('replay', () => {
  /** The index of decisions, which replay compares too. */
  beforeEach(async () => {
    await assay(`replay --all --rewrite --out ${root}`)
  })

  it('compares reports that exist, and reports a missing one', async () => {
    rmSync(report('0002-layer1.html'))
    await assay(`report 3 --out ${root}`)
    const { code, stdout } = await assay(`replay --all --out ${root}`)
    expect(code).toBe(0)
    expect(stdout).toContain(
      `0002-layer1  accepted  reproduced from 4 evidence files; its report is missing; write it with: npm run report -- 0002 --out ${root}\n`,
    )
    expect(stdout).toContain('evidence files; the report matches\n')
  })

  it.each([
    ['0002-layer1.html', 'report -- 0002'],
    ['0002-layer1.svg', 'report -- 0002'],
    ['index.html', 'report -- --all'],
  ])('finds one changed digit in %s, and says how to write it again', async (name, remedy) => {
    const text = read(name)
    writeFileSync(report(name), text.replace('29.3', '92.3').replace('29.26', '92.26'))
    expect(read(name)).not.toBe(text)
    const { code, stderr } = await assay(`replay --all --out ${root}`)
    expect(code).toBe(5)
    expect(stderr).toContain(`${report(name)} does not follow from its record and evidence`)
    expect(stderr.trimEnd().endsWith(`with: npm run ${remedy} --out ${root}`)).toBe(true)
    await assay(`${remedy.replace('-- ', '')} --out ${root}`)
    expect(read(name)).toBe(text)
    expect((await assay(`replay --all --out ${root}`)).code).toBe(0)
  })
})
