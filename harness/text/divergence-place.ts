import { visibleText } from './visible-text.js'

/**
 * Where two outputs first differ: `grid-search, seed 7, backtest fast=5 slow=60`.
 *
 * @param show applied to each name and value, for output that is not a line of text
 */
export function divergencePlace(
  divergence: {
    readonly workload: string
    readonly seed: number
    readonly at: Readonly<Record<string, string>>
  },
  show: (text: string) => string = (text) => visibleText(text),
): string {
  const { workload, seed, at } = divergence
  const coordinates = Object.entries(at).map(([name, value]) => `${show(name)} ${show(value)}`)
  return [show(workload), `seed ${seed}`, ...coordinates].join(', ')
}

/** The first difference in one line: its place, its field and both values. */
export function divergenceText(
  divergence: Parameters<typeof divergencePlace>[0] & {
    readonly arm: string
    readonly field: string
    readonly baseline: string
    readonly candidate: string
  },
): string {
  const { arm, field, baseline, candidate } = divergence
  return `${divergencePlace(divergence)}: ${visibleText(field)} is ${visibleText(baseline)} in baseline and ${visibleText(candidate)} in ${arm}`
}

/** A sign of tampering in one line: its place, its class and what was found. */
export function tamperingText({
  workload,
  arm,
  pair,
  what,
}: {
  readonly workload: string
  readonly arm: string
  readonly pair?: number | undefined
  readonly what: string
}): string {
  const where = pair === undefined ? arm : `${arm} in pair ${pair}`
  return `${visibleText(workload)}, ${where}: ${visibleText(what)}`
}
