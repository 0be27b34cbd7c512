import type { Frame } from './stacks.js'

/**
 * States that have no code, by the text that stands for them. V8 names each of them one way; any
 * other name is kept beside the mark.
 */
const STATES: Readonly<Record<'gc' | 'idle' | 'program', string>> = {
  gc: '(garbage collector)',
  idle: '(idle)',
  program: '(program)',
}

/**
 * A frame as one piece of a folded line: `name (file:line)`, `[native] name`, `[gc]`, `[idle]`,
 * `[program]`. Two frames share a text only if they are the same. Nothing in it ends the piece or
 * the line: whatever could is written `\x3b` or `\u{2028}`.
 */
export function frameText({ name, kind, file, line }: Frame): string {
  const place =
    file === undefined
      ? ''
      : ` (${escaped(file).replace(/:(?=\d+$)/, '\\x3a')}${line === undefined ? '' : `:${line}`})`
  if (kind === 'js')
    return `${name === '' ? '\\e' : escaped(name).replace(/^\[(?=(?:native|gc|idle|program)\])/, '\\x5b')}${place}`
  if (kind !== 'native' && name === STATES[kind]) return `[${kind}]${place}`
  // After the mark a name in parentheses would read as a place.
  return `[${kind}] ${name === '' ? '\\e' : escaped(name).replace(/^\(/, '\\x28')}${place}`
}

/**
 * ` (` would begin the place, `;` the next frame, and control characters, line separators and half
 * characters would not survive the file.
 */
function escaped(text: string): string {
  return text.replace(/[\\;\p{Cc}\p{Cs}\u2028\u2029]| (?=\()/gu, (character) => {
    if (character === '\\') return '\\\\'
    const code = character.charCodeAt(0)
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`
  })
}
