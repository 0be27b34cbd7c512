import type { ChildProcess } from 'node:child_process'

/** The handle of a channel, as Node keeps it. */
interface Handle {
  onread: (...given: unknown[]) => unknown
}

/**
 * Calls an action when a process writes something into its channel that is not a message. Node
 * itself would throw where nothing can catch it, and end this process.
 */
export function onBrokenChannel(child: ChildProcess, action: (error: unknown) => void): void {
  const symbol = Object.getOwnPropertySymbols(child).find(
    ({ description }) => description === 'kChannelHandle',
  )
  const handle = symbol && (child as unknown as Record<symbol, Partial<Handle> | null>)[symbol]
  const onread = handle?.onread
  if (handle === null || handle === undefined || onread === undefined) return
  handle.onread = function (this: unknown, ...given) {
    try {
      return onread.apply(this, given)
    } catch (error) {
      action(error)
    }
  }
}
