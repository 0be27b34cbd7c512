/** The commit of each trial, and the expected exit code of the gate. */

const PORTAL = 'engine/portal/bar-portal.ts'
const HISTORY = 'engine/portal/plain-history.ts'
const LEDGER = 'engine/simulation/decimal-ledger.ts'
const LOADER = 'engine/bundle/plain-source.ts'
const DESK = 'engine/simulation/desk.ts'

/** Places of planted slowdowns: after the line `at`. */
export const PLANTS = {
  portal: {
    file: PORTAL,
    at: 'this.#check(barCount, frequency)',
    name: 'plantedInPortal',
  },
  ledger: {
    file: LEDGER,
    at: 'mark(ticksOf: (asset: AssetId) => number): void {\n    let value = this.#cash',
    name: 'plantedInLedger',
  },
  loader: {
    file: LOADER,
    at: "const file = await readStored(directory, manifest, 'bars')",
    name: 'plantedInLoader',
  },
}

const COMMENT = '// A comment costs no time.\n'
const NO_OPS = [
  { file: PORTAL, change: (text) => `${COMMENT}${text}` },
  { file: LEDGER, change: (text) => `${text}${COMMENT}` },
  { file: LOADER, change: (text) => `${text}${COMMENT}` },
  { file: 'README.md', change: (text) => `${text}\n` },
  { file: PORTAL, change: (text) => text.replaceAll('#windows(', '#everyWindow(') },
  { file: LEDGER, change: (text) => text.replaceAll('#numbers', '#plainShares') },
  { file: LOADER, change: (text) => text.replaceAll(/\bcount\(/g, 'addTo(') },
  {
    file: HISTORY,
    change: (text) =>
      text.replace(
        'return history.copy(history.view(field, barCount))',
        'const seen = history.view(field, barCount)\n    return history.copy(seen)',
      ),
  },
  {
    file: LEDGER,
    change: (text) =>
      text.replace('return this.#holdings.size > 0', 'return this.#holdings.size !== 0'),
  },
  {
    file: LOADER,
    change: (text) =>
      text.replace(
        'counters[name] = (counters[name] ?? 0) + amount',
        'const before = counters[name] ?? 0\n  counters[name] = before + amount',
      ),
  },
]

const SEED = 20251022
const planted = (percent) =>
  Array.from({ length: 10 }, (_, index) => {
    const plant = Object.keys(PLANTS)[index % 3]
    return {
      name: `${percent}-${plant}-${String(index + 1).padStart(2, '0')}`,
      plant,
      slowdown: percent / 100,
      expected: 1,
      seed: SEED + index,
    }
  })

export const TRIALS = [
  ...NO_OPS.map((trial, index) => ({
    ...trial,
    name: `noop-${String(index + 1).padStart(2, '0')}`,
    expected: 0,
    seed: SEED + index,
  })),
  ...planted(12),
  ...planted(25),
  {
    name: 'fill',
    file: DESK,
    change: (text) =>
      `${text.replace(
        'const book = (execution: Execution): void => {',
        'const book = (given: Execution): void => {\n    const execution = ++booked === 7 ? { ...given, price: Number(given.price) + 1 } : given',
      )}\nlet booked = 0\n`,
    expected: 4,
    seed: SEED,
  },
]
