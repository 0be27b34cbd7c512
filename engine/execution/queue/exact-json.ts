import { EngineError } from '../../errors.js'

/** Numbers that JSON would change, as objects with this field alone. */
const FIELD = '$number'

/** JSON in which every number keeps its value: also -0, infinities and NaN. */
export function exactJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (typeof part === 'bigint') return String(part)
    if (typeof part !== 'number' || (Number.isFinite(part) && !Object.is(part, -0))) return part
    return { [FIELD]: Object.is(part, -0) ? '-0' : String(part) }
  })
}

/** The value again. @throws {SyntaxError} the text is not JSON */
export function parseExactJson(text: string): unknown {
  if (!text.includes(`"${FIELD}"`)) return JSON.parse(text)
  return JSON.parse(text, (_, part: unknown) => {
    const number = (part as { [FIELD]?: unknown } | null)?.[FIELD]
    return typeof number === 'string' ? Number(number) : part
  })
}

/**
 * Checks that JSON keeps a value: null, booleans, numbers, texts, and lists and objects of them.
 *
 * @param name  for the message
 * @throws {EngineError} `input-invalid`
 */
export function checkJsonData(value: unknown, name: string): void {
  if (value === undefined || value === null) return
  if (['boolean', 'number', 'string'].includes(typeof value)) return
  if (Array.isArray(value)) {
    for (const [i, part] of value.entries()) checkJsonData(part, `${name}[${i}]`)
    return
  }
  if (typeof value === 'object' && isPlain(value) && !(FIELD in value)) {
    for (const [field, part] of Object.entries(value)) checkJsonData(part, `${name}.${field}`)
    return
  }
  throw new EngineError(
    'input-invalid',
    `${name} cannot be sent to another machine; give numbers, texts, booleans, lists and plain objects of them`,
  )
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
