/** Actions for an early end: `first` ends processes, `last` undoes what they and we wrote. */
const pending: Readonly<Record<Turn, (() => void)[]>> = { first: [], last: [] }
let isListening = false

type Turn = 'first' | 'last'

/**
 * Registers what must happen if this process ends before it is withdrawn: after a second signal,
 * `process.exit` or an uncaught error. It must be synchronous and safe to call again.
 *
 * @returns withdraws it, without calling it
 */
export function atExit(action: () => void, turn: Turn = 'last'): () => void {
  if (!isListening) process.once('exit', runPending)
  isListening = true
  pending[turn].unshift(action)
  return () => {
    const index = pending[turn].indexOf(action)
    if (index >= 0) pending[turn].splice(index, 1)
  }
}

/** One action that fails must not keep the others from happening. */
function runPending(): void {
  for (const action of [...pending.first.splice(0), ...pending.last.splice(0)]) {
    try {
      action()
    } catch {
      // The process ends: there is no later moment to try again, and the next sweep finds it.
    }
  }
}
