/** The unit of values, as it is shown: `ms`, `ops/s`, `MB`. */
export type Unit = string

/** Times, in ms. */
const TIMES: ReadonlyMap<Unit, number> = new Map([
  ['ns', 1e-6],
  ['us', 1e-3],
  ['ms', 1],
  ['s', 1000],
  ['min', 60_000],
  ['h', 3_600_000],
])
/** The units that `--unit` can give. */
export const STATED_UNITS = ['ns', 'us', 'ms', 's'] as const

const SPELLINGS: Readonly<Record<Unit, readonly string[]>> = {
  ns: ['ns', 'nsec', 'nsecs', 'nano', 'nanos', 'nanosecond', 'nanoseconds'],
  us: ['us', 'µs', 'μs', 'usec', 'usecs', 'micro', 'micros', 'microsecond', 'microseconds'],
  ms: ['ms', 'msec', 'msecs', 'milli', 'millis', 'millisecond', 'milliseconds'],
  s: ['s', 'sec', 'secs', 'second', 'seconds'],
  min: ['minute', 'minutes'],
  h: ['hour', 'hours'],
  B: ['byte', 'bytes'],
  KB: ['kb'],
  MB: ['mb'],
  GB: ['gb'],
  KiB: ['kib'],
  MiB: ['mib'],
  GiB: ['gib'],
  ops: ['op', 'ops', 'operation', 'operations'],
  requests: ['req', 'reqs', 'request', 'requests'],
}
const CANONICAL: ReadonlyMap<string, Unit> = new Map(
  Object.entries(SPELLINGS).flatMap(([unit, spellings]) =>
    spellings.map((spelling) => [spelling, unit] as const),
  ),
)
/** Words that mean a rate and state their unit themselves. */
const RATES: ReadonlyMap<string, Unit> = new Map([
  ['rps', 'requests/s'],
  ['krps', 'krps'],
  ['qps', 'queries/s'],
  ['kqps', 'kqps'],
  ['tps', 'transactions/s'],
  ['fps', 'frames/s'],
  ['iops', 'ops/s'],
  ['kiops', 'kiops'],
  ['kops', 'kops'],
  ['mops', 'Mops'],
  ['hz', 'ops/s'],
  ['khz', 'kHz'],
  ['mhz', 'MHz'],
  ['bps', 'bps'],
  ['kbps', 'kbps'],
  ['mbps', 'Mbps'],
  ['gbps', 'Gbps'],
  ['flops', 'flops'],
  ['mflops', 'Mflops'],
  ['gflops', 'Gflops'],
  ['tflops', 'Tflops'],
  ['mips', 'MIPS'],
  ['throughput', 'throughput'],
  ['bandwidth', 'bandwidth'],
])
/** Words of values that are usually better if there is more of them. */
const PERHAPS_RATES =
  /^(?:ops|reqs|requests|scores?|speed|speedup|rates?|accuracy|efficiency|goodput)$/
/**
 * Words that are too short or too common to be units, except as the last of several words:
 * `time_s`.
 */
const ONLY_LAST = ['s', 'us', 'micro', 'milli', 'nano', 'second', 'minute', 'hour']

/** Whether a unit is a time; less of it is better. */
export function isTime(unit: Unit | undefined): boolean {
  return unit !== undefined && TIMES.has(unit)
}

/** Whether a unit is a rate or a throughput; more of it is better. */
export function isRate(unit: Unit | undefined): boolean {
  return (
    unit !== undefined &&
    ([...RATES.values()].includes(unit) || TIMES.has(unit.split('/', 2)[1] ?? ''))
  )
}

/**
 * The unit that the name of a column states: `time_ms`, `Duration [us]`, `latencyMs`, `ns/op`,
 * `ops_per_sec`. Undefined if it states none, or several.
 */
export function unitOfName(name: string): Unit | undefined {
  const bracketed = /[([]\s*([^()[\]]+?)\s*[)\]]\s*$/.exec(name)?.[1]
  const words = wordsOf(bracketed ?? name)
  const per = words.lastIndexOf('per')
  if (per > 0 && per < words.length - 1) return ratioOf(words[per - 1]!, words[per + 1]!)
  const counted = words.findIndex(
    (word, index) =>
      COUNTED.includes(CANONICAL.get(word) ?? '') && SECONDS.includes(words[index + 1] ?? ''),
  )
  if (counted >= 0) return ratioOf(words[counted]!, words[counted + 1]!)
  const rate = words.map((word) => RATES.get(word)).find((unit) => unit !== undefined)
  if (rate !== undefined) return rate
  const certain = bracketed !== undefined || words.length > 1
  const stated = words.flatMap((word, index) => {
    const maybe = ONLY_LAST.includes(word) && !(certain && index === words.length - 1)
    const unit = maybe ? undefined : CANONICAL.get(word)
    return unit === undefined || COUNTED.includes(unit) ? [] : [unit]
  })
  return new Set(stated).size === 1 ? stated[0] : undefined
}

/** Counts, which are units only in a rate. */
const COUNTED: readonly Unit[] = ['ops', 'requests']

/** `ops_sec`: the word that follows a count is its time, as `/s` is. */
const SECONDS: readonly string[] = ['s', 'sec', 'second']

/** Whether the name of a column suggests that more is better, without saying it: `score`. */
export function isPerhapsRate(name: string): boolean {
  return wordsOf(name).some((word) => PERHAPS_RATES.test(word))
}

/** How to convert values of one unit to another. */
export interface CommonUnit {
  readonly unit: Unit
  /** Values in the unit = factor × values. */
  readonly factors: readonly number[]
}

/** @returns undefined if the units measure unlike things or their relation is not certain */
export function commonUnit(a: Unit, b: Unit): CommonUnit | undefined {
  if (a === b) return { unit: a, factors: [1, 1] }
  const [timeA, timeB] = [TIMES.get(a), TIMES.get(b)]
  if (timeA !== undefined && timeB !== undefined) return { unit: 'ms', factors: [timeA, timeB] }
  const [countA, perA = ''] = a.split('/', 2)
  const [countB, perB = ''] = b.split('/', 2)
  const [msA, msB] = [TIMES.get(perA), TIMES.get(perB)]
  return countA === countB && msA !== undefined && msB !== undefined
    ? { unit: a, factors: [1, msA / msB] }
    : undefined
}

/** Values of a time in ms; undefined for other units. */
export function msOf(unit: Unit): number | undefined {
  return TIMES.get(unit)
}

/** `ops` and `sec` → `ops/s`; `ns` and `op` → `ns`, a time per operation. */
function ratioOf(upper: string, lower: string): Unit | undefined {
  const unit = CANONICAL.get(upper)
  const per = lower === 'min' ? lower : CANONICAL.get(lower)
  if (per !== undefined && TIMES.has(per)) return `${unit ?? upper}/${per}`
  return unit === undefined || COUNTED.includes(unit)
    ? undefined
    : TIMES.has(unit)
      ? unit
      : `${unit}/${per ?? lower}`
}

/** `latencyMs` → latency, ms; `ns/op` → ns, per, op. */
function wordsOf(name: string): string[] {
  return name
    .replace(/([a-zµμ\d])([A-Z])/g, '$1 $2')
    .replaceAll('/', ' per ')
    .toLowerCase()
    .split(/[^a-zµμ\d]+/)
    .filter((word) => word !== '')
}
