import { execFileSync } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { packageRoot } from '../../../harness/system/package-root.js'
import { sealText } from '../../../harness/system/sealed-text.js'
import { assay, temporaryDirectory } from '../../fixtures/bench.js'

const ID = '0002-layer1'
const CALIBRATION = join('profiling-results', 'calibration')
let whole = ''

/** A committed record with its evidence and report, the committed calibrations, and a page. */
beforeAll(async () => {
  whole = temporaryDirectory()
  for (const name of [
    join('profiling-results', ID),
    CALIBRATION,
    ...['json', 'md'].map((ending) => join('decisions', `${ID}.${ending}`)),
  ])
    cpSync(join(packageRoot(), name), join(whole, name), { recursive: true })
  writeFileSync(
    join(whole, 'profiling-results', 'BOTTLENECKS.md'),
    sealText('# Where the time goes\n\nShares are of the busy time of a pass: 12 %\n'),
  )
  expect((await assay(`replay --all --rewrite --out ${whole}`)).code).toBe(0)
})

function copy(): string {
  const root = temporaryDirectory()
  cpSync(whole, root, { recursive: true })
  return root
}

function write(root: string, name: string, text = 'mine\n'): void {
  mkdirSync(dirname(join(root, name)), { recursive: true })
  writeFileSync(join(root, name), text)
}

const calibrationOf = (root: string) =>
  readdirSync(join(root, CALIBRATION), { recursive: true })
    .map(String)
    .find((name) => name.endsWith('calibration.json'))!

describe('assay check', () => {
  it('finds nothing wrong in what the commands wrote', async () => {
    const { code, stdout, stderr } = await assay(`check --out ${whole}`)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^1 record, 0 unfinished evaluations, \d calibrations?: everything is/)
  })

  it('finds nothing wrong where an evaluation stopped before its plan', async () => {
    const root = temporaryDirectory()
    for (const folder of ['decisions', 'profiling-results', 'reports'])
      mkdirSync(join(root, folder))
    expect((await assay(`check --out ${root}`)).code).toBe(0)
  })

  const CHANGES: readonly [string, (root: string) => void, RegExp][] = [
    [
      'a hidden file in evidence',
      (root) => write(root, `profiling-results/${ID}/.more.json`),
      /\.more\.json was not written by assay/,
    ],
    [
      'a pipe in evidence',
      (root) => execFileSync('mkfifo', [join(root, 'profiling-results', ID, 'more.json')]),
      /more\.json was not written by assay/,
    ],
    [
      'a decision that no evaluation made',
      (root) => write(root, 'decisions/0099-layer9.md', 'accepted'),
      /decisions\/0099-layer9\.md was not written by assay, or its record is missing; move it/,
    ],
    [
      'a foreign file beside the evidence',
      (root) => write(root, 'profiling-results/notes.txt'),
      /notes\.txt was not written by assay/,
    ],
    [
      'a foreign report',
      (root) => write(root, 'reports/0099-layer9.html'),
      /0099-layer9\.html was not written by assay/,
    ],
    [
      'a link',
      (root) => symlinkSync('/etc/hostname', join(root, 'reports/0002-layer1.txt')),
      /0002-layer1\.txt is a link, which is not what was written/,
    ],
    [
      'a link in the evidence',
      (root) => symlinkSync('plan.json', join(root, 'profiling-results', ID, 'other.json')),
      /other\.json is a link/,
    ],
    [
      'an empty folder in the evidence',
      (root) => mkdirSync(join(root, 'profiling-results', ID, 'empty')),
      /0002-layer1\/empty is empty; delete it/,
    ],
    [
      'a number without a plan',
      (root) => write(root, 'profiling-results/0007-layer1/environment.json', '{}'),
      /0007-layer1 has neither plan nor record; the next evaluation removes it, or delete it/,
    ],
    [
      'a missing index of reports',
      (root) => rmSync(join(root, 'reports/index.html')),
      /index\.html is missing; write it again with: npm run report -- --all --out \S+$/m,
    ],
    [
      'an edited page of bottlenecks',
      (root) => {
        const path = join(root, 'profiling-results/BOTTLENECKS.md')
        writeFileSync(path, readFileSync(path, 'utf8').replace(' %', ' ‰'))
      },
      /BOTTLENECKS\.md was changed after it was written; restore it, or profile again/,
    ],
    [
      'a page of bottlenecks from a record that is not there',
      (root) =>
        write(
          root,
          'profiling-results/BOTTLENECKS.md',
          sealText('Derived from the record [0009-all](x)\nShares are of the busy time of\n'),
        ),
      /BOTTLENECKS\.md does not follow from the newest summary with profiles; write it again with/,
    ],
    [
      'an edited calibration',
      (root) => {
        const path = join(root, CALIBRATION, calibrationOf(root))
        const { verdict, ...rest } = JSON.parse(readFileSync(path, 'utf8'))
        const edited = { ...rest, verdict: verdict === 'passed' ? 'failed' : 'passed' }
        writeFileSync(path, JSON.stringify(edited))
      },
      /calibration\.json (differs from what its runs yield|is not a valid calibration)/,
    ],
    [
      'evidence that is nested too deep',
      (root) => writeFileSync(join(root, 'profiling-results', ID, 'plan.json'), '['.repeat(5000)),
      /plan\.json was changed or damaged/,
    ],
    [
      'a record that is nested too deep',
      (root) => writeFileSync(join(root, 'decisions', `${ID}.json`), nested(100_000)),
      /0002-layer1\.json is not a decision record/,
    ],
  ]

  function nested(depth: number): string {
    return `{"schema":${'['.repeat(depth)}${']'.repeat(depth)}}`
  }

  it.each(CHANGES)('names %s, and so does replay --all', async (_, change, message) => {
    const root = copy()
    change(root)
    const { code, stdout, stderr } = await assay(`check --out ${root}`)
    expect([code, stdout]).toEqual([5, expect.stringMatching(message)])
    expect(stderr).toMatch(
      /^assay: \d+ problems? in .*; each line names the place and the remedy$/m,
    )
    const replayed = await assay(`replay --all --out ${root}`)
    expect([replayed.code, replayed.stderr]).toEqual([5, expect.stringMatching(message)])
  })

  it('names a missing report, and every problem at once', async () => {
    const root = copy()
    rmSync(join(root, 'reports', `${ID}.html`))
    write(root, 'decisions/one.txt')
    write(root, 'reports/two.txt')
    const { code, stdout } = await assay(`check --out ${root}`)
    expect(code).toBe(5)
    expect(stdout).toMatch(/one\.txt was not/)
    expect(stdout).toMatch(/two\.txt was not/)
    expect(stdout).toMatch(
      /0002-layer1\.html is missing; write it with: npm run report -- 0002 --out \S+$/m,
    )
  })

  it('leaves files of git and unfinished writes alone, and is refused where there is nothing', async () => {
    const root = copy()
    write(root, 'decisions/.gitattributes')
    write(root, 'reports/.index.html.4711')
    expect((await assay(`check --out ${root}`)).code).toBe(0)
    const { code, stderr } = await assay(`check --out ${temporaryDirectory()}`)
    expect([code, stderr]).toEqual([2, expect.stringContaining('no evidence in')])
  })
})
