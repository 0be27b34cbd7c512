import { seededRandom } from '../../harness/statistics/random.js'

/**
 * Kernels of different kinds, for the bias of the designs. Measured processes import this module,
 * so it imports nothing that not every kernel needs.
 */

const KIB = 1024
const MIB = 1024 * KIB

/** A small piece of work that always does the same and returns the same checksum. */
export type Unit = () => number | Promise<number>

/** The kinds of kernels, each with what it makes of a seed: the unit of its work. */
export const KERNELS = {
  registers: () => integers,
  'L1 cache': (seed: number) => chase(16 * KIB, 60_000, seed),
  'L2 cache': (seed: number) => chase(384 * KIB, 30_000, seed),
  memory: (seed: number) => chase(64 * MIB, 4_000, seed),
  allocation: (seed: number) => allocate(seed),
  'typed arrays': (seed: number) => convolve(seed),
  'megamorphic calls': (seed: number) => callShapes(seed),
  'Parquet decoding': (seed: number) => decodeParquet(seed),
} as const satisfies Record<string, (seed: number) => Unit | Promise<Unit>>
export type KernelKind = keyof typeof KERNELS
export const KERNEL_KINDS = Object.keys(KERNELS) as readonly KernelKind[]

const LINE_BYTES = 64
const WORDS_PER_LINE = LINE_BYTES / Int32Array.BYTES_PER_ELEMENT

function integers(): number {
  let state = 0x2545f491
  for (let turn = 0; turn < 60_000; turn++) {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d)
    state = Math.imul(state ^ (state >>> 12), 0x297a2d39) + turn
  }
  return state
}

/** Follows a random cycle through the cache lines of a buffer, so that each load waits. */
function chase(bytes: number, steps: number, seed: number): Unit {
  const lines = bytes / LINE_BYTES
  const next = new Int32Array(lines * WORDS_PER_LINE)
  const cycle = cycleThrough(lines, seed)
  cycle.forEach((line, index) => {
    next[line * WORDS_PER_LINE] = cycle[(index + 1) % lines]! * WORDS_PER_LINE
  })
  return () => {
    let at = 0
    for (let step = 0; step < steps; step++) at = next[at]!
    return at
  }
}

/** All numbers below a count in seeded random order. */
function cycleThrough(count: number, seed: number): Int32Array {
  const random = seededRandom(seed)
  const order = new Int32Array(count).map((_, index) => index)
  for (let last = count - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1))
    const item = order[last]!
    order[last] = order[other]!
    order[other] = item
  }
  return order
}

interface Bar {
  readonly at: number
  readonly price: number
  readonly next: Bar | undefined
}

/** Makes short-lived objects and maps. */
function allocate(seed: number): Unit {
  return () => {
    let newest: Bar | undefined
    for (let at = 0; at < 3_000; at++) newest = { at, price: (at * seed) % 101, next: newest }
    const sums = new Map<number, number>()
    for (let bar = newest; bar !== undefined; bar = bar.next)
      sums.set(bar.at % 64, (sums.get(bar.at % 64) ?? 0) + bar.price)
    return [...sums.values()].reduce((sum, value) => sum + value, 0)
  }
}

/** Moving sums in new typed arrays. */
function convolve(seed: number): Unit {
  const random = seededRandom(seed)
  const prices = new Float64Array(4_096).map(() => 100 * random())
  return () => {
    let sum = 0
    for (let window = 2; window < 12; window++) {
      const means = new Float64Array(prices.length)
      let total = 0
      for (let at = 0; at < prices.length; at++) {
        total += prices[at]! - (at < window ? 0 : prices[at - window]!)
        means[at] = total / window
      }
      sum += means[window * 100]!
    }
    return sum
  }
}

/** Calls a method of objects of twelve shapes. */
function callShapes(seed: number): Unit {
  const random = seededRandom(seed)
  const shapes = Array.from({ length: 12 }, (_, index) => makeShape(index))
  const calls = Array.from({ length: 4_096 }, () => shapes[Math.floor(random() * shapes.length)]!)
  return () => {
    let sum = 0
    for (let round = 0; round < 4; round++)
      for (const shape of calls) sum = (sum + shape.next(sum)) & 0xffff
    return sum
  }
}

interface Shape {
  next(sum: number): number
}

/** An object with a hidden class of its own: its fields have names of their own. */
function makeShape(index: number): Shape {
  const fields = Object.fromEntries(
    Array.from({ length: index + 1 }, (_, field) => [`field${index}_${field}`, field]),
  )
  return { ...fields, next: (sum) => (sum ^ index) + 1 }
}

/** Decodes a small Parquet file in memory. */
async function decodeParquet(seed: number): Promise<Unit> {
  const [{ parquetReadObjects }, { parquetWriteBuffer }] = await Promise.all([
    import('hyparquet'),
    import('hyparquet-writer'),
  ])
  const random = seededRandom(seed)
  const rows = Array.from({ length: 100 }, () => Math.floor(1e6 * random()))
  const file = parquetWriteBuffer({
    columnData: [
      { name: 'at', data: rows.map((_, at) => at), type: 'INT32' },
      { name: 'price', data: rows.map((price) => price / 100), type: 'DOUBLE' },
    ],
  })
  return async () => {
    const decoded = await parquetReadObjects({ file })
    return decoded.reduce((sum, { price }) => sum + Number(price), 0)
  }
}
