/**
 * A function that computes its value once for each object, and keeps it as long as the object
 * lives. The objects must not change afterwards.
 */
export function oncePer<Key extends object, Value extends {}>(
  compute: (key: Key) => Value,
): (key: Key) => Value {
  const values = new WeakMap<Key, Value>()
  return (key) => {
    let value = values.get(key)
    if (value === undefined) {
      value = compute(key)
      values.set(key, value)
    }
    return value
  }
}
