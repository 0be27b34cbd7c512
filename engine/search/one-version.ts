import { shortVersion } from '../bundle/version.js'
import { EngineError } from '../errors.js'
import type { Executor } from '../execution/inline.js'
import type { BacktestResult } from '../simulation/result.js'

/**
 * An executor for one search: it ends the search as soon as a batch holds backtests of different
 * data. Backtests open the bundle for themselves, so one that is rewritten in mid-search would
 * otherwise have trials on prices before and after it compared with each other.
 *
 * @param version  the version all have to be of; that of the first result where absent
 * @throws {EngineError} from `map`: `bundle-changed`, naming both versions
 */
export function onOneVersion<Task, Result extends BacktestResult>(
  executor: Executor<Task, Result>,
  version?: string,
): Executor<Task, Result> {
  let expected = version
  return {
    async map(tasks) {
      const results = await executor.map(tasks)
      for (const { bundle } of results) {
        expected ??= bundle.version
        if (bundle.version !== expected) throw changed(bundle.name, expected, bundle.version)
      }
      return results
    },
  }
}

function changed(name: string, before: string, after: string): EngineError {
  const versions = `version ${shortVersion(before)} → ${shortVersion(after)}`
  return new EngineError(
    'bundle-changed',
    `bundle ${name} changed on disk (${versions}) in mid-search, and trials on different data cannot be compared; search again`,
    { details: { opened: before, found: after } },
  )
}
