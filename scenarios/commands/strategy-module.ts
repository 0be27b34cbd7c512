import { pathToFileURL } from 'node:url'
import { faultOfImport, importModule, type StrategyMaker } from '../../engine/index.js'
import { InputError, messageOf } from '../../harness/errors.js'

let loads = 0

/**
 * A strategy of the user: the default export of an ES module, a function from the data of a run to
 * a strategy. The module is loaded anew for each run, so that its variables carry nothing over.
 *
 * @param file  absolute path
 * @throws {InputError} from the maker: the module cannot be loaded, or exports no function
 */
export function strategyModule(file: string): StrategyMaker {
  return async (data) => {
    loads++
    const { default: make } = await imported(file, `${pathToFileURL(file).href}?run=${loads}`)
    if (typeof make === 'function') return make(data)
    throw new InputError(`--strategy ${file}: ${REMEDY}`)
  }
}

const REMEDY =
  'export a function as default that takes the data of a run and returns a strategy, as in docs/look-ahead.md'

async function imported(file: string, address: string): Promise<{ readonly default?: unknown }> {
  try {
    return await importModule(address)
  } catch (cause) {
    throw new InputError(`--strategy ${file} ${faultOfImport(cause)}`, { cause })
  }
}

/** An error that code of the user threw, with its place in the module. */
export function strategyError(file: string, thrown: unknown): InputError {
  const stack = thrown instanceof Error ? (thrown.stack ?? '') : ''
  const own = stack.split('\n').find((line) => line.includes(file))
  const place = /(?:\?run=\d+)?:(\d+:\d+)\)?$/.exec(own ?? '')?.[1]
  return new InputError(
    `--strategy ${file}${place === undefined ? '' : `:${place}`} failed: ${messageOf(thrown)}; correct the strategy`,
    { cause: thrown },
  )
}
