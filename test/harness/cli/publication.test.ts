import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { assay, temporaryDirectory } from '../../fixtures/bench.js'
import { EVALUATED_WORDS, evaluatedFaster } from '../../fixtures/evaluated.js'

const MARK = join('profiling-results', '.publishing.json')

/** Everything that is published, in the order in which it is written after the record. */
const PUBLISHED = [
  'decisions/0001-faster.md',
  'decisions/README.md',
  'reports/0001-faster.svg',
  'reports/0001-faster.html',
  'reports/index.html',
]

function filesOf(root: string): [string, string][] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => [path.slice(root.length), readFileSync(path, 'utf8')] as [string, string])
    .sort()
}

/** A root whose publication was cut off after the record and some of the files. */
async function cutOff(written: number): Promise<{ root: string; whole: [string, string][] }> {
  const root = temporaryDirectory()
  cpSync((await evaluatedFaster()).root, root, { recursive: true })
  const whole = filesOf(root)
  for (const name of PUBLISHED.slice(written)) rmSync(join(root, name))
  writeFileSync(join(root, MARK), '{\n  "id": "0001-faster"\n}\n')
  return { root, whole }
}

describe('a publication that was cut off', () => {
  // The evaluation itself takes a while where the host is busy.
  beforeAll(async () => void (await evaluatedFaster()), 240_000)

  it.each([0, 1, 2, 3, 4, 5])(
    'after the record and %i more files is finished by --resume, byte for byte',
    async (written) => {
      const { root, whole } = await cutOff(written)
      const { code, stdout, stderr } = await assay(
        `evaluate faster ${EVALUATED_WORDS} --resume --out ${root}`,
      )
      expect(code, stderr).toBe(0)
      expect(stderr).toContain('finished the publication of 0001-faster')
      expect(stdout).toMatch(/^accepted .*0001-faster\.md/m)
      expect(filesOf(root)).toEqual(whole)
    },
  )

  it.each(['replay --all', 'report --all', 'list'])('is finished by assay %s', async (words) => {
    const { root, whole } = await cutOff(1)
    const { code, stderr } = await assay(`${words} --out ${root}`)
    expect(code, stderr).toBe(0)
    expect(filesOf(root)).toEqual(whole)
  })

  it('before the record is left to the evaluation, which resumes', async () => {
    const { root, whole } = await cutOff(0)
    rmSync(join(root, 'decisions', '0001-faster.json'))
    const listed = await assay(`list --out ${root}`)
    expect(listed.stdout).toMatch(/0001-faster +continue with --resume/)
    expect(existsSync(join(root, MARK))).toBe(false)
    const { code } = await assay(`evaluate faster ${EVALUATED_WORDS} --resume --out ${root}`)
    expect(code).toBe(0)
    expect(filesOf(root)).toEqual(whole)
  })
})
