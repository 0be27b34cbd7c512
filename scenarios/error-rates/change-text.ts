import { formatLimit } from '../../harness/text/format.js'

/** Describes a true change as text: `none (A/A)`, `3 % faster`, `12 % slower`. */
export function describeChange(change: number): string {
  if (change === 0) return 'none (A/A)'
  return `${formatLimit(Math.abs(change))} ${change > 0 ? 'faster' : 'slower'}`
}
