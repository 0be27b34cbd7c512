import { budgetText } from '../record/campaign-text.js'
import type { Judgement } from '../record/judgement-schema.js'
import { formatDuration } from '../text/format.js'
import { visibleLine } from '../text/visible-text.js'

const NAME_WIDTH = 13

/** A judgement for people: keep or discard and why, the time it took, the commands that follow. */
export function judgementLines(judgement: Judgement): string[] {
  const { keep, verdict, reasons, divergence, tampering, next } = judgement
  const cause = tampering?.sentence ?? divergence
  const why = cause === undefined ? reasons.map(({ sentence }) => sentence) : [cause]
  return [
    line(keep ? 'keep' : 'discard', `${verdict}: ${why.join('; ')}`),
    ...campaignLines(judgement),
    ...timeLines(judgement),
    ...next.map((step) => line('next', `${step.command}   ${step.why}`)),
  ]
}

function campaignLines({ campaign }: Judgement): string[] {
  if (campaign === undefined) return []
  const { name, candidate, round } = campaign
  return [line('campaign', `${name}, ${round} of candidate ${candidate} · ${budgetText(campaign)}`)]
}

function timeLines({ seconds, budget }: Judgement): string[] {
  if (budget === undefined || seconds === undefined) return []
  const looks = budget.looks === undefined ? '' : `, looks after ${budget.looks.join(', ')} pairs`
  const used = `${formatDuration(1000 * seconds)} of ${formatDuration(1000 * budget.seconds)}`
  return [line('time', `${used}${looks}`)]
}

function line(name: string, text: string): string {
  return `${name.padEnd(NAME_WIDTH)} ${visibleLine(text)}`
}
