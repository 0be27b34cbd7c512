/** The unit of an axis, chosen so that its values are short numbers. */
export interface Unit {
  readonly name: string
  /** Size of this unit, measured in ms or bytes like the values. */
  readonly size: number
}

/** @param ms the largest value shown */
export function timeUnit(ms: number): Unit {
  if (ms >= 1000) return { name: 's', size: 1000 }
  if (ms >= 1) return { name: 'ms', size: 1 }
  return { name: 'µs', size: 1e-3 }
}

/** @param bytes the largest value shown */
export function sizeUnit(bytes: number): Unit {
  if (bytes >= 2 ** 30) return { name: 'GiB', size: 2 ** 30 }
  if (bytes >= 2 ** 20) return { name: 'MiB', size: 2 ** 20 }
  return { name: 'KiB', size: 2 ** 10 }
}
