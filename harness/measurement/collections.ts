import { PerformanceObserver } from 'node:perf_hooks'
import { soon } from '../system/primordials.js'

/** Observes the garbage collections of this process from now on. */
export function observeCollections() {
  const entries: { readonly startTime: number; readonly duration: number }[] = []
  const observer = new PerformanceObserver((list) => void entries.push(...list.getEntries()))
  observer.observe({ entryTypes: ['gc'] })
  return {
    /**
     * Total time, ms, and number of the collections that began in a section, whose ends are given
     * by `performance.now`, ms.
     */
    async between(fromMs: number, toMs: number) {
      // Node delivers its GC entries in a later turn of the event loop.
      await new Promise<void>((resolve) => soon(resolve))
      await new Promise<void>((resolve) => soon(resolve))
      entries.push(...observer.takeRecords())
      observer.disconnect()
      const within = entries.filter(({ startTime }) => startTime >= fromMs && startTime <= toMs)
      return { ms: within.reduce((sum, { duration }) => sum + duration, 0), count: within.length }
    },
  }
}
