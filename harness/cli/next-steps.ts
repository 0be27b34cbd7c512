import type { EvaluationPlan } from '../evidence/evidence.js'
import type { DecisionRecord } from '../record/decision-record.js'
import type { Judgement } from '../record/judgement-schema.js'
import { numberOf } from '../record/supersession.js'
import type { WorkloadReason } from '../verdict/reasons.js'
import { type CommandOnRoot, quoted } from './command-text.js'
import type { JudgeCommand } from './judge-command.js'

type Step = Judgement['next'][number]
/** What the next commands depend on beside their evaluation. */
type Judged = Pick<JudgeCommand, 'evaluate' | 'words' | 'budgetMs'>

/** Fewer doublings leave little to gain, more take hours. */
const MOST_PAIRS = 320

/** Reasons for which more pairs help. */
const NOISE: readonly WorkloadReason[] = ['too-noisy', 'noise-red']

/** The commands that come after a record, the most useful first. */
export function afterRecord(
  record: DecisionRecord,
  judged: Judged,
  command: CommandOnRoot,
): Step[] {
  const replay = {
    command: command('replay', numberOf(record.id)),
    why: 'derive the record again from its runs, byte for byte',
  }
  return [...ofVerdict(record, judged, command), replay]
}

function ofVerdict(record: DecisionRecord, judged: Judged, command: CommandOnRoot): Step[] {
  const { verdict, equivalence, scale, regime, layer, workloads } = record
  if (equivalence.kind === 'different' || workloads.length === 0) return []
  // The only next try in a campaign is another candidate.
  if (record.campaign !== undefined && verdict === 'inconclusive') return []
  if (verdict === 'accepted')
    return scale === 'smoke'
      ? [
          {
            command: command('judge', ...judgeWords(judged, '--scale')),
            why: 'a record at smoke scale puts the layer into no later incumbent',
          },
        ]
      : []
  if (verdict === 'rejected')
    return [
      {
        command: command('profile', layer, ...suiteWords(judged.evaluate)),
        why: 'where the time of both arms goes',
      },
    ]
  const more = 2 * regime.looks.at(-1)!
  const isNoisy = workloads.some(({ reasons }) => reasons.some((code) => NOISE.includes(code)))
  if (!isNoisy || more > MOST_PAIRS || regime.fixed) return []
  return [
    {
      command: command('judge', ...judgeWords(judged, '--max-pairs', String(more))),
      why: 'more pairs resolve a smaller effect; a new evaluation is one more chance to err',
    },
  ]
}

/** What is known of an evaluation that its time did not suffice for. */
interface Unfinished {
  /** Absent if nothing was measured. */
  readonly plan?: Pick<EvaluationPlan, 'command'>
  /** Absent if the time ended before a pair was timed. */
  readonly neededSeconds?: number
}

/** The command that comes after a limit of time. */
export function afterTime(
  { plan, neededSeconds }: Unfinished,
  judged: Judged,
  command: CommandOnRoot,
): Step[] {
  if (plan !== undefined)
    return [
      {
        command: command('evaluate', ...wordsOf(plan.command), '--resume'),
        why: 'continue the kept runs by the looks that were fixed for them',
      },
    ]
  const seconds = neededSeconds ?? (judged.budgetMs ?? 0) / 500
  return [
    {
      command: command('judge', ...judgeWords(judged, '--budget', `${roundUp(seconds)}s`)),
      why: 'time for the first look',
    },
  ]
}

/** Whole seconds, with some to spare. */
function roundUp(seconds: number): number {
  return Math.ceil(1.2 * seconds)
}

/** The words of a command after `npx assay evaluate`. */
function wordsOf(text: string): string[] {
  return [text.replace(/^npx assay evaluate /, '')]
}

/** The words of a judgement as they were given, with one option changed or left out. */
function judgeWords({ evaluate, words }: Judged, option: string, value?: string): string[] {
  const others = words.filter((word) => !word.startsWith(`${option} `))
  const changed = value === undefined ? [] : [`${option} ${value}`]
  return [`--layer${quoted(evaluate.layer)}`, ...others, ...changed]
}

function suiteWords({ suite }: JudgeCommand['evaluate']): string[] {
  return suite === undefined ? [] : [`--suite${quoted(suite)}`]
}
