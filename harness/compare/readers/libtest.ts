import { exportedOffer } from '../exported-offer.js'
import { checkRange, parseNumber, quoted } from '../number-text.js'
import type { Offer } from '../series.js'

/** `test parse::short ... bench:       1,234.56 ns/iter (+/- 56)`: a median, and max − min. */
const RESULT = /^test (\S.*?)\s+\.\.\. bench:\s+([\d,]+(?:\.\d+)?) ns\/iter \(\+\/- [\d,.]+\)/

/**
 * The benchmarks of Rust's `cargo bench` (libtest): one median per run in ns, so the output of
 * several runs in one file is a series. Undefined for other texts.
 */
export function readLibtest(text: string, path: string): Offer[] | undefined {
  if (!text.includes(' ns/iter (+/-')) return undefined
  const found = new Map<string, number[]>()
  for (const [index, line] of text.split('\n').entries()) {
    const [, name, cell = ''] = RESULT.exec(line.trim()) ?? []
    const value = parseNumber(cell.replaceAll(',', ''))
    if (name === undefined || value === undefined) continue
    checkRange(value, () => `${path}, line ${index + 1}`)
    const values = found.get(name) ?? []
    found.set(name, values)
    values.push(value)
  }
  if (found.size === 0) return undefined
  return [...found].map(([name, values]) =>
    exportedOffer({ name, values: values.length < 2 ? undefined : values, unit: 'ns' }, path, {
      problem: `${path}: ${quoted(name)} has the median of one run, without its samples`,
      remedy: 'run cargo bench at least ten times and append its output: cargo bench >> bench.txt',
    }),
  )
}
