import type { FoldedProfile, Frame } from '../../../../harness/profile/fold/stacks.js'
import { profileOf } from '../hostile-names.js'

/** Reads folded text, the inverse of `foldedText`. */
export function readFolded(text: string): FoldedProfile {
  const lines = text.split('\n').filter((line) => line !== '')
  return profileOf(
    lines.map((line) => {
      const space = line.lastIndexOf(' ')
      return [
        line.slice(0, space).split(';').map(readFrame),
        Number(line.slice(space + 1)),
      ] as const
    }),
  )
}

const STATES: Readonly<Record<string, string>> = {
  gc: '(garbage collector)',
  idle: '(idle)',
  program: '(program)',
}
const MARKED = /^\[(native|gc|idle|program)\](?: ([\s\S]*))?$/

/** Reads the text of a frame, the inverse of `frameText`. */
export function readFrame(text: string): Frame {
  const { label, file, line } = withoutPlace(text)
  const marked = MARKED.exec(label)
  const kind = (marked?.[1] ?? 'js') as Frame['kind']
  const written = marked === null ? label : (marked[2] ?? '')
  const name =
    written === '' && kind !== 'js' && kind !== 'native' ? (STATES[kind] ?? '') : unescaped(written)
  return { name, kind, ...(file !== undefined && { file }), ...(line !== undefined && { line }) }
}

function withoutPlace(text: string): {
  readonly label: string
  readonly file?: string
  readonly line?: number
} {
  const place = / \(([^;]*)\)$/.exec(text)
  if (place === null) return { label: text }
  const [, file = '', line] = /^([\s\S]*?)(?::(\d+))?$/.exec(place[1]!)!
  return {
    label: text.slice(0, place.index),
    file: unescaped(file),
    ...(line !== undefined && { line: Number(line) }),
  }
}

function unescaped(text: string): string {
  return text.replace(
    /\\(?:(\\)|(e)|x([0-9a-f]{2})|u\{([0-9a-f]{1,4})\})/g,
    (_, backslash, empty, short, long) => {
      if (backslash !== undefined) return '\\'
      if (empty !== undefined) return ''
      return String.fromCharCode(Number.parseInt(short ?? long, 16))
    },
  )
}
