import { EngineError } from '../errors.js'

/**
 * A Date that cannot be set: the frames of a backtest share their dates, and a strategy that
 * changed one would change it in every later frame.
 */
export class ReadOnlyDate extends Date {}

for (const name of Object.getOwnPropertyNames(Date.prototype)) {
  if (!name.startsWith('set')) continue
  Object.defineProperty(ReadOnlyDate.prototype, name, {
    value: () => {
      throw new EngineError(
        'strategy-misuse',
        `${name} of a date of history; change a copy: new Date(date)`,
      )
    },
  })
}

// For comparisons of constructors it is a Date.
Object.defineProperty(ReadOnlyDate.prototype, 'constructor', { value: Date })
