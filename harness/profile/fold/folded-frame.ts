import type { Frame } from './stacks.js'

/**
 * The name that V8 gives to each state without code. Only a different name is written after the
 * mark.
 */
const STATES: Readonly<Record<'gc' | 'idle' | 'program', string>> = {
  gc: '(garbage collector)',
  idle: '(idle)',
  program: '(program)',
}

/**
 * A frame as one element of a folded line: `name (file:line)`, `[native] name`, `[gc]`, `[idle]`,
 * `[program]`. Different frames have different texts. Characters that would end the element or the
 * line are escaped: `\x3b`, `\u{2028}`.
 */
export function frameText({ name, kind, file, line }: Frame): string {
  const place =
    file === undefined
      ? ''
      : ` (${escaped(file).replace(/:(?=\d+$)/, '\\x3a')}${line === undefined ? '' : `:${line}`})`
  if (kind === 'js')
    return `${name === '' ? '\\e' : escaped(name).replace(/^\[(?=(?:native|gc|idle|program)\])/, '\\x5b')}${place}`
  if (kind !== 'native' && name === STATES[kind]) return `[${kind}]${place}`
  // After the mark, a name in parentheses could be mistaken for a place.
  return `[${kind}] ${name === '' ? '\\e' : escaped(name).replace(/^\(/, '\\x28')}${place}`
}

/**
 * Escapes ` (`, which would begin the place, `;`, which would begin the next frame, and characters
 * that a text file cannot hold: control characters, line separators, lone surrogates.
 */
function escaped(text: string): string {
  return text.replace(/[\\;\p{Cc}\p{Cs}\u2028\u2029]| (?=\()/gu, (character) => {
    if (character === '\\') return '\\\\'
    const code = character.charCodeAt(0)
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`
  })
}
