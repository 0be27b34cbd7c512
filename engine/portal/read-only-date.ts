import { EngineError } from '../errors.js'

/**
 * A Date that cannot be changed. The frames of a backtest share their dates, so a strategy that
 * changed a date would change it in every later frame.
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

// Code that compares constructors must see a Date.
Object.defineProperty(ReadOnlyDate.prototype, 'constructor', { value: Date })
