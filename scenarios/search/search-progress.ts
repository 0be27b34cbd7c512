import { namedValues, type SearchProgress } from '../../engine/index.js'
import type { Io } from '../../harness/io.js'
import { createProgress, redrawsProgress } from '../../harness/progress.js'
import { formatDuration } from '../../harness/text/format.js'

/** Shows how far a search is, on stderr. */
export interface ShownProgress {
  update(progress: SearchProgress): void
  done(): void
}

/** In a terminal the line is drawn again at most this often, elsewhere a line is added, ms. */
const REDRAW_MS = 100
const LINE_MS = 5000

/**
 * Progress with the time left and the best so far: one redrawn line in a terminal, elsewhere a line
 * every five seconds and one at the end of each part.
 */
export function showProgress(io: Io): ShownProgress {
  const shown = createProgress(io)
  const pause = redrawsProgress(io) ? REDRAW_MS : LINE_MS
  const begin = io.now().getTime()
  let shownAt = begin
  let first: number | undefined
  return {
    update(progress) {
      const now = io.now().getTime()
      // What a journal held took no time.
      first ??= progress.spent
      const isLast = progress.spent >= progress.budget
      if (now - shownAt < pause && !isLast) return
      shownAt = now
      const rate = (progress.spent - first) / (now - begin)
      shown.phase(progressText(progress, now - begin, rate))
    },
    done: () => shown.done(),
  }
}

/**
 * `search  48/100  12s, about 13s left   best 0.5552: fast=20, slow=45`
 *
 * @param rate  backtests per ms, 0 if not known yet
 */
function progressText(
  { part, windows, spent, budget, best }: SearchProgress,
  elapsedMs: number,
  rate: number,
): string {
  const where = part === 0 ? 'search' : `window ${part}/${windows}`
  const left =
    rate > 0 && spent < budget ? `, about ${formatDuration((budget - spent) / rate)} left` : ''
  const score = best.score === undefined ? 'no score' : Number(best.score.toPrecision(4))
  const breaks = best.violation === undefined ? '' : ' (breaks the constraints)'
  return `${where.padEnd(11)} ${Math.round(spent)}/${budget}  ${formatDuration(elapsedMs)}${left}   best ${score}: ${namedValues(best.parameters).join(', ')}${breaks}`
}
