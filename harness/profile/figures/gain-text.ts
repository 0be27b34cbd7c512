import type { Gain } from '../../evidence/hotspots-schema.js'
import { formatPercent } from '../../text/format.js'

/** What a gain is called, which may be none: `gain` or `loss`. */
export function gainWord({ measured }: Pick<Gain, 'measured'>): 'gain' | 'loss' {
  return measured < 0 ? 'loss' : 'gain'
}

/** How far profiles explain what was measured: plain text, one sentence without its period. */
export function gainSentence(
  gain: Pick<Gain, 'against' | 'measured' | 'profiled' | 'explained' | 'left'>,
): string {
  const { against, measured, profiled, explained, left } = gain
  const change = `unwatched, the candidate takes ${changeText(measured)} CPU time than the ${against}; in the profiles, ${changeText(profiled)}`
  if (explained === undefined || left === undefined)
    return `${change}: too small or too unsure a change to be divided by category`
  const rest =
    left < 0 ? `${formatPercent(-left)} more than there is` : `${formatPercent(left)} is left`
  return `${change}; categories with a name explain ${formatPercent(explained)} of the measured ${gainWord(gain)}, ${rest}`
}

function changeText(improvement: number): string {
  return `${formatPercent(Math.abs(improvement))} ${improvement < 0 ? 'more' : 'less'}`
}
