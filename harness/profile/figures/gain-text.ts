import type { Gain } from '../../evidence/hotspots-schema.js'
import { formatPercent } from '../../text/format.js'

/** The text mentions an overstatement by the profiles only above this factor. */
const OVERSTATED = 1.1
/** Above this factor, the text gives percentages instead: hardly any change was measured. */
const LARGEST_FACTOR = 20

/** `gain`, or `loss` if the candidate takes more CPU time. */
export function gainWord({ measured }: Pick<Gain, 'measured'>): 'gain' | 'loss' {
  return measured < 0 ? 'loss' : 'gain'
}

/**
 * How much of the measured change the profiles explain: plain text, one sentence without a period.
 */
export function gainSentence(
  gain: Pick<Gain, 'against' | 'measured' | 'profiled' | 'explained' | 'sampledShare'>,
): string {
  const { against, measured, profiled, explained } = gain
  const change = `the candidate takes ${changeText(measured)} CPU time than the ${against} (in the profiles ${changeText(profiled)})`
  if (gain.sampledShare !== undefined)
    return `${change}; only ${formatPercent(gain.sampledShare)} of the CPU time was sampled, so the change is not divided by category`
  if (explained === undefined)
    return `${change}; the change is too small or too uncertain to divide by category`
  if (profiled / measured > OVERSTATED) return `${change}; ${overstatedText(gain)}`
  if (profiled / measured < 0)
    return `${change}; the profiles show the opposite change, so the shares by category are not reliable`
  return `${change}; named categories account for ${formatPercent(explained)} of the ${gainWord(gain)}`
}

/** How the profiles differ from the measurement, and what follows from it: plain text. */
export function disagreementText(gain: Pick<Gain, 'measured' | 'profiled'>): string {
  const { measured, profiled } = gain
  const ratio = profiled / measured
  if (ratio > 1 && ratio <= LARGEST_FACTOR) return overstatedText(gain)
  if (ratio > 0 && ratio < 1)
    return `the profiles show only ${formatPercent(ratio)} of the ${gainWord(gain)}, so the shares by category are rough`
  return `the profiles show ${changeText(profiled)} CPU time, the measurement ${changeText(measured)}, so the profiles are not reliable`
}

function overstatedText(gain: Pick<Gain, 'measured' | 'profiled'>): string {
  const factor = (gain.profiled / gain.measured).toFixed(1)
  return `the profiles overstate the ${gainWord(gain)} ${factor}-fold, so the shares by category are rough`
}

function changeText(improvement: number): string {
  return `${formatPercent(Math.abs(improvement))} ${improvement < 0 ? 'more' : 'less'}`
}
