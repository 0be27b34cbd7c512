import type { Arm } from './contract.js'
import { CLEAR_LINE, type Io } from './io.js'
import { formatDuration, formatPercent } from './text/format.js'
import { visibleLine } from './text/visible-text.js'

/** The state of an evaluation. */
export interface RunProgress {
  readonly workload: string
  /** Number of the pair that is measured, from 1. */
  readonly pair: number
  /** Pairs until the next look. */
  readonly pairs: number
  readonly arm: Arm
  readonly elapsedMs: number
  /** Absent before the first pair is complete. */
  readonly remainingMs?: number
  /** Running estimate of the improvement, a fraction. */
  readonly estimate?: number
}

export interface Progress {
  /** A step outside of pairs: `proving equivalence: grid-search, seed 7`. */
  phase(text: string): void
  run(state: RunProgress): void
  /** An event with a line of its own: a failed run, a voided pair. */
  note(text: string): void
  /** Clears the line. */
  done(): void
}

const BAR_WIDTH = 21
const NAME_WIDTH = 13

/** Whether progress is one redrawn line, as in a terminal, and not a line for each step. */
export function redrawsProgress({ isTTY, env }: Io): boolean {
  return isTTY && env.CI !== 'true' && env.TERM !== 'dumb'
}

/**
 * Progress on stderr: one redrawn line in a terminal, a line per pair elsewhere. It is drawn only
 * between runs, because a timer would wake this process while a run is measured.
 */
export function createProgress(io: Io): Progress {
  return redrawsProgress(io) ? redrawing(io) : plainLines(io)
}

function redrawing(io: Io): Progress {
  const draw = (text: string) =>
    io.stderr(`${CLEAR_LINE}${visibleLine(text).slice(0, Math.max(20, io.columns - 1))}`)
  return {
    phase: draw,
    run: (state) => {
      const filled = Math.round((BAR_WIDTH * (state.pair - 1)) / state.pairs)
      draw(
        `${state.workload.padEnd(NAME_WIDTH)} ${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)}  ${describe(state)}`,
      )
    },
    note: (text) => io.stderr(`${CLEAR_LINE}${visibleLine(text)}\n`),
    done: () => io.stderr(CLEAR_LINE),
  }
}

function plainLines(io: Io): Progress {
  let last = ''
  return {
    phase: (text) => io.stderr(`${visibleLine(text)}\n`),
    run: (state) => {
      const key = `${state.workload} ${state.pair}`
      if (key === last) return
      last = key
      io.stderr(`${state.workload.padEnd(NAME_WIDTH)} ${describe(state)}\n`)
    },
    note: (text) => io.stderr(`${visibleLine(text)}\n`),
    done: () => {},
  }
}

/** `pair 7/10  candidate  1m12s, about 31s left   39.8 % faster` */
function describe({ pair, pairs, arm, elapsedMs, remainingMs, estimate }: RunProgress): string {
  const time = `${formatDuration(elapsedMs)}${remainingMs === undefined ? '' : `, about ${formatDuration(remainingMs)} left`}`
  const change =
    estimate === undefined
      ? ''
      : `   ${formatPercent(Math.abs(estimate))} ${estimate < 0 ? 'slower' : 'faster'}`
  return `pair ${pair}/${pairs}  ${arm.padEnd(9)}  ${time}${change}`
}
