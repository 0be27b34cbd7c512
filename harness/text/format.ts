/**
 * All formatting of numbers for people. Callers handle absent values; numbers in files for programs
 * are never formatted here.
 */

/** A time, to about four significant digits: `0.331 ms`, `812.4 ms`, `1.243 s`. */
export function formatMs(ms: number): string {
  if (Math.abs(ms) >= 1000) return `${(ms / 1000).toFixed(3)} s`
  if (Math.abs(ms) >= 100) return `${ms.toFixed(1)} ms`
  if (Math.abs(ms) >= 10) return `${ms.toFixed(2)} ms`
  return `${ms.toFixed(3)} ms`
}

/** A duration in whole seconds or minutes: `31s`, `1m12s`, `2h05m`. */
export function formatDuration(ms: number): string {
  const seconds = Math.round(Math.max(0, ms) / 1000)
  if (seconds < 60) return `${seconds}s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes}m${pad(seconds % 60)}s`
  return `${Math.floor(minutes / 60)}h${pad(minutes % 60)}m`
}

/** Bytes in binary units: `137.0 MiB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  let value = bytes
  let unit = 0
  while (Math.abs(value) >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit += 1
  }
  return `${unit === 0 ? value.toFixed(0) : value.toFixed(1)} ${units[unit]}`
}

/** A fraction as a percentage: 0.401 → `40.1 %`. */
export function formatPercent(fraction: number, digits = 1): string {
  return `${fixed(100 * fraction, digits)} %`
}

/** A fraction that a user chose, with all its digits: 0.05 → `5 %`, 0.025 → `2.5 %`. */
export function formatLimit(fraction: number): string {
  return `${Number((100 * fraction).toPrecision(6))} %`
}

/** A fraction as a percentage that always carries its sign: `+1.2 %`, `−39.8 %`. */
export function formatSignedPercent(fraction: number, digits = 1): string {
  const text = fixed(100 * fraction, digits)
  return `${text.startsWith('−') || Number(text) === 0 ? '' : '+'}${text} %`
}

/** An interval of fractions: `38.6 – 41.5 %`. */
export function formatPercentInterval(interval: readonly number[], digits = 1): string {
  return `${interval.map((bound) => fixed(100 * bound, digits)).join(' – ')} %`
}

/** The bounds of an interval of fractions in percent, for a terminal: `[38.6, 41.5]`. */
export function formatPercentBounds(interval: readonly number[]): string {
  return `[${interval.map((bound) => fixed(100 * bound, 1)).join(', ')}]`
}

/** An interval of times: `388.1 – 405.5 ms`. */
export function formatMsInterval(interval: readonly number[]): string {
  const inSeconds = interval.every((bound) => Math.abs(bound) >= 1000)
  return `${interval.map((bound) => fixed(inSeconds ? bound / 1000 : bound, inSeconds ? 3 : 2)).join(' – ')} ${inSeconds ? 's' : 'ms'}`
}

/** A value with its standard deviation, ms: `812.4 ± 9.1 ms`. */
export function formatMsWithSd(mean: number, sd: number): string {
  const inSeconds = Math.abs(mean) >= 1000
  const scale = inSeconds ? 1000 : 1
  const digits = inSeconds ? 3 : Math.abs(mean) >= 100 ? 1 : Math.abs(mean) >= 10 ? 2 : 3
  return `${(mean / scale).toFixed(digits)} ± ${(sd / scale).toFixed(digits)} ${inSeconds ? 's' : 'ms'}`
}

/**
 * A probability: `0.036`, `2.3e-5`, `< 1e-12`. Smaller digits of the distribution functions are not
 * reliable.
 */
export function formatP(p: number): string {
  if (p < 1e-12) return '< 1e-12'
  if (p < 0.001) return p.toExponential(1)
  return p.toFixed(3)
}

/** baseline / candidate: `3.99×`. */
export function formatSpeedup(ratio: number): string {
  return `${ratio.toFixed(2)}×`
}

/** A ratio to one: `74.2 : 1`. */
export function formatRatio(ratio: number): string {
  return `${fixed(ratio, Math.abs(ratio) < 10 ? 2 : 1)} : 1`
}

/** A rate to three significant digits: `403 M`, `32.1 M`, `312 k`, `85`. */
export function formatRate(perSecond: number): string {
  const [factor, unit] = perSecond >= 1e6 ? [1e6, ' M'] : perSecond >= 1e3 ? [1e3, ' k'] : [1, '']
  return `${threeDigits(perSecond / factor)}${unit}`
}

/** A share as one part of so many: 1 → `1`, 0.4 → `1/2.5`, 0.00083 → `1/1,205`. */
export function formatShare(share: number): string {
  const parts = 1 / share
  if (Math.abs(parts - 1) < 0.005) return '1'
  return `1/${threeDigits(parts)}`
}

/** How many times as much, to three significant digits: `0.52×`, `2.41×`, `2,410×`. */
export function formatFactor(ratio: number): string {
  return `${threeDigits(ratio)}×`
}

/** A number with fixed decimals, e.g. t, df or load. */
export function formatNumber(value: number, digits = 1): string {
  return fixed(value, digits)
}

/** A count or a rate with thousands separated: `1,243,000`. */
export function formatCount(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',')
}

/** The label of an axis tick: `1.25`, `−20`. */
export function formatTick(value: number): string {
  return String(Number(value.toPrecision(6))).replace('-', '−')
}

/**
 * The value of a counter, in the unit that its name implies: `48.20 ms`, `137.0 MiB`, `91.5 %`;
 * without a unit, it has at least four digits.
 */
export function formatCounter(counter: string, value: number): string {
  if (['cpuMs', 'wallMs', 'coldWallMs'].includes(counter)) return formatMs(value).replace('-', '−')
  if (['peakRssBytes', 'heapBytes'].includes(counter)) return formatBytes(value).replace('-', '−')
  if (counter.endsWith('.hitRate')) return formatPercent(value)
  if (Math.abs(value) >= 1000 && Math.abs(value) < 1e15) return formatCount(value).replace('-', '−')
  return String(Number(value.toPrecision(4))).replaceAll('-', '−')
}

/**
 * Values in one common unit, `808.1 – 816.7 ms`: times in s, ms, µs or ns, other values unscaled.
 * The largest value gets four digits, or more if the values differ only in later digits.
 *
 * @param unit of the values; undefined if it is unknown
 */
export function formatMeasures(
  values: readonly number[],
  unit: 'ms' | 's' | undefined,
  separator = ' – ',
): string {
  const largest = Math.max(...values.map(Math.abs))
  const scale =
    unit === undefined
      ? { factor: 1, name: '' }
      : timeScale(unit === 's' ? 1000 * largest : largest, unit)
  const shown = values.map((value) => value * scale.factor)
  const finest = Math.min(
    Math.max(...shown) - Math.min(...shown),
    ...shown.map(Math.abs).filter((value) => value > 0),
  )
  const magnitude = (value: number) => Math.floor(Math.log10(Math.abs(value)))
  const size = Math.max(...shown.map(Math.abs))
  if (size !== 0 && (!Number.isFinite(size) || size >= 1e9 || size < 1e-4))
    return `${values.map((value) => value.toExponential(3).replaceAll('-', '−')).join(separator)}${unit === undefined ? '' : ` ${unit}`}`
  const digits =
    size === 0
      ? 0
      : Math.max(
          3 - magnitude(size),
          finest > 0 ? Math.min(1 - magnitude(finest), 9 - magnitude(size)) : 0,
        )
  return `${shown.map((value) => fixed(value, Math.min(12, Math.max(0, digits)))).join(separator)}${scale.name}`
}

function timeScale(
  ms: number,
  unit: 'ms' | 's',
): { readonly factor: number; readonly name: string } {
  const toMs = unit === 's' ? 1000 : 1
  if (ms >= 1000) return { factor: toMs / 1000, name: ' s' }
  if (ms >= 1 || ms === 0) return { factor: toMs, name: ' ms' }
  if (ms >= 1e-3) return { factor: toMs * 1e3, name: ' µs' }
  return { factor: toMs * 1e6, name: ' ns' }
}

/** An age in whole days: `less than a day ago`, `3 days ago`. */
export function formatDaysAgo(days: number): string {
  return days < 1 ? 'less than a day ago' : `${formatCounted(Math.floor(days), 'day')} ago`
}

/** A count with its noun: `1 pair`, `10 pairs`. */
export function formatCounted(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`
}

/** Three significant digits, or all whole ones; thousands are separated. */
function threeDigits(value: number): string {
  if (Math.abs(value) >= 100) return formatCount(value)
  return fixed(value, Math.abs(value) >= 10 ? 1 : 2)
}

/** Fixed decimals with a minus sign (U+2212), and zero without sign. */
function fixed(value: number, digits: number): string {
  const text = value.toFixed(digits)
  return Number(text) === 0 ? text.replace('-', '') : text.replace('-', '−')
}

function pad(value: number): string {
  return value.toString().padStart(2, '0')
}
