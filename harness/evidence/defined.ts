type OptionalKeys<T> = { [K in keyof T]-?: undefined extends T[K] ? K : never }[keyof T]

/** The fields of `T`. A field whose value may be undefined becomes a field that may be absent. */
export type Defined<T> = Omit<T, OptionalKeys<T>> & {
  [K in OptionalKeys<T>]?: Exclude<T[K], undefined>
}

/**
 * The same object without the fields that are undefined: in our data an absent value is a missing
 * field, never `undefined` or `null`.
 *
 * @param fields any object; its order of keys is kept
 */
export function defined<T extends object>(fields: T): Defined<T> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as Defined<T>
}
