import { shortVersion } from '../bundle/version.js'
import { EngineError } from '../errors.js'
import type { Executor } from '../execution/inline.js'
import type { BacktestResult } from '../simulation/result.js'

/**
 * An executor that ends a search when its backtests ran on different versions of the bundle. Each
 * backtest opens the bundle for itself, so without this check a bundle rewritten during the search
 * would lead to a comparison of trials on old and new prices.
 *
 * @param version  the required version; that of the first result if absent
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
    `bundle ${name} changed on disk (${versions}) during the search, and trials on different data cannot be compared; search again`,
    { details: { opened: before, found: after } },
  )
}
