import { describe, expect, it } from 'vitest'
import { commandOnRoot } from '../../../harness/cli/command-text.js'
import { judgeCommand } from '../../../harness/cli/judge-command.js'
import { afterRecord, afterTime } from '../../../harness/cli/next-steps.js'
import { toDecisionRecord } from '../../../harness/record/decision-record.js'
import { planWith, simulateEvidence } from '../verdict/simulated-evidence.js'
import { parseWords } from './parse-words.js'

const WORDS = ['--layer', 'layer1', '--suite', 'a.mjs', '--scale', 'smoke', '--budget', '9s']
const judged = parseWords(judgeCommand, WORDS, '/home/u')
const command = commandOnRoot('/home/u/out', '/home/u')
const recordOf = (improvement: number, noise: number, pairs: number, plan = planWith()) =>
  toDecisionRecord(
    simulateEvidence({ seed: 5, pairs, improvement: { 'grid-search': improvement }, noise }, plan),
  )
const commandsAfter = (record: ReturnType<typeof recordOf>) =>
  afterRecord(record, judged, command).map((step) => step.command)
const REPLAY = 'npx assay replay 0001 --out out'

describe('the commands that come next', () => {
  it('after an acceptance at smoke scale: the usual scale; after one at that, the audit alone', () => {
    const small = recordOf(0.4, 0.02, 10, planWith({ scale: 'smoke' }))
    expect(commandsAfter(small)).toEqual([
      'npx assay judge --layer layer1 --suite a.mjs --out out',
      REPLAY,
    ])
    expect(commandsAfter(recordOf(0.4, 0.02, 10))).toEqual([REPLAY])
  })

  it('after a rejection: where the time goes', () => {
    expect(commandsAfter(recordOf(-0.2, 0.02, 10))).toEqual([
      'npx assay profile layer1 --suite a.mjs --out out',
      REPLAY,
    ])
  })

  it('where noise left it undecided: twice the pairs', () => {
    expect(commandsAfter(recordOf(0.05, 0.2, 40))[0]).toBe(
      'npx assay judge --layer layer1 --suite a.mjs --scale smoke --max-pairs 80 --out out',
    )
  })

  it('after a limit of time: continue what was kept, or give the time that is needed', () => {
    const kept = { plan: { command: judged.commandFor([10]) } }
    expect(afterTime(kept, judged, command).map((step) => step.command)).toEqual([
      'npx assay evaluate layer1 --suite a.mjs --scale smoke --max-pairs 10 --defended --no-profile --resume --out out',
    ])
    const missing = 'npx assay judge --layer layer1 --suite a.mjs --scale smoke --budget'
    expect(afterTime({ neededSeconds: 50 }, judged, command)[0]!.command).toBe(
      `${missing} 60s --out out`,
    )
    expect(afterTime({}, judged, command)[0]!.command).toBe(`${missing} 22s --out out`)
  })
})
