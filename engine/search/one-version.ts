import { shortVersion } from '../bundle/version.js'
import { EngineError } from '../errors.js'
import type { Executor } from '../execution/inline.js'
import type { BundleIdentity } from '../simulation/result.js'

/**
 * An executor that ends a search with an error if its backtests ran on different versions of the
 * bundle. Each backtest opens the bundle again. Without this check, if the bundle were rewritten
 * during the search, trials on old prices would be compared with trials on new ones.
 *
 * @param version  the required version; if absent, the version of the first result
 * @throws {EngineError} from `map`: `bundle-changed`; the message names both versions
 */
export function onOneVersion<Task, Result extends { readonly bundle: BundleIdentity }>(
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
