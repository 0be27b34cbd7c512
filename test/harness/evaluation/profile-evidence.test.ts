import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { EXIT } from '../../../harness/errors.js'
import { parseCpuProfile } from '../../../harness/profile/fold/cpuprofile.js'
import {
  type DecisionRecord,
  decisionRecordSchema,
} from '../../../harness/record/decision-record.js'
import { assay, type CommandResult } from '../../fixtures/bench.js'
import { EVALUATED_WORDS, evaluatedFaster, unfinishedCopy } from '../../fixtures/evaluated.js'

let root: string
let folder: string
let output: CommandResult
let record: DecisionRecord

// A dozen processes of three seconds each; what they explain was measured before.
beforeAll(async () => {
  root = unfinishedCopy(await evaluatedFaster(), '0001-faster')
  folder = join(root, 'profiling-results', '0001-faster', 'spin')
  output = await assay(`evaluate faster ${EVALUATED_WORDS} --profile --json --resume --out ${root}`)
  record = decisionRecordSchema.parse(JSON.parse(output.stdout))
}, 300_000)

describe('an evaluation that profiles', () => {
  it('keeps exactly the documented files, and not too many bytes', () => {
    // Beside other programs wall and CPU time may disagree, which leaves the verdict open; the
    // profiles are there all the same.
    expect([EXIT.done, EXIT.inconclusive], output.stderr).toContain(output.code)
    const arms = ['baseline', 'candidate']
    expect(readdirSync(folder).sort()).toEqual(
      [
        ...arms.flatMap((arm) =>
          ['cpuprofile', 'folded', 'svg', 'speedscope.json'].map((ending) => `${arm}.${ending}`),
        ),
        'block-counts.json',
        'difference.svg',
        'hotspots.json',
      ].sort(),
    )
    const bytes = readdirSync(folder).reduce(
      (sum, name) => sum + statSync(join(folder, name)).size,
      0,
    )
    expect(bytes).toBeLessThan(2_000_000)
  })

  it('counts executions too: the layer makes 0.4 of the turns', () => {
    expect(record.workloads[0]!.executions).toMatchObject({
      kind: 'exact',
      changed: 1,
      lines: [{ name: 'spin', file: 'kernel-suite.mjs', before: 400_300, after: 160_300 }],
    })
  })

  it('does not name folders of the machine', () => {
    for (const name of readdirSync(folder)) {
      expect(readFileSync(join(folder, name), 'utf8'), name).not.toContain(process.cwd())
    }
    const { nodes } = parseCpuProfile({
      name: 'baseline.cpuprofile',
      text: readFileSync(join(folder, 'baseline.cpuprofile'), 'utf8'),
    })
    expect(nodes.map(({ callFrame }) => callFrame.functionName)).toContain('spin')
  })

  it('records how much of the measured gain the profiles explain: nothing without categories', () => {
    const { profile, improvement } = record.workloads[0]!
    expect(profile!.gain!.measured).toBe(improvement!.estimate)
    // By construction the candidate takes 40 % of the turns; a sampled process that has to wait for
    // a core gets fewer samples.
    expect(profile!.gain!.profiled).toBeGreaterThan(0.1)
    expect(profile!.gain!.profiled).toBeLessThan(0.9)
    expect(Math.abs(profile!.gain!.explained!)).toBeLessThan(0.3)
    expect(profile!.gain!.left).toBe(1 - profile!.gain!.explained!)
    expect(record.profile).toMatchObject({ workload: 'spin' })
    expect(Object.keys(record.evidence)).toContain('spin/hotspots.json')
  })

  it('shows it in the markdown, and replay derives it again', async () => {
    const page = readFileSync(join(root, 'decisions', '0001-faster.md'), 'utf8')
    expect(page).toContain('In the profile of the baseline, spin spends most of its time on other')
    expect(page).toContain('| category | baseline | candidate | share of the gain |')
    expect(page).toContain('[difference](../profiling-results/0001-faster/spin/difference.svg)')
    const replayed = await assay(`replay --all --out ${root}`)
    expect(replayed.stderr).toBe('')
    expect(replayed.code).toBe(0)
  })
})
