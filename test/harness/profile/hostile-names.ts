import * as fc from 'fast-check'
import type { FoldedProfile, Frame } from '../../../harness/profile/fold/stacks.js'

/** Names of functions chosen to break the code that shows them. */
export const HOSTILE_NAMES: readonly string[] = [
  '<script>alert(1)</script>',
  '</title></svg><img src=x onerror=alert(1)>',
  ']]>',
  '<![CDATA[',
  '"quoted" \'twice\' `backticks` | pipe & amp; &lt;',
  'a;b;c 42',
  'line\nbreak\r\nand\ttab',
  'foo (bar.ts:12)',
  '[native] impostor',
  '[gc]',
  '\\x3b \\u{2028} \\e \\\\',
  '\u202egnitirw tfel-ot-thgir\u202c',
  'שלום עולם',
  'مرحبا',
  '漢字かな交じり文',
  '👩‍👩‍👧‍👦 family',
  'Z̸̧̛͖̱͇a̷l̵g̸o̶',
  'nul\u0000 bell\u0007 escape\u001b[31m del\u007f c1\u0085',
  'half \ud800 of a pair \udc00',
  'not a character \ufffe\uffff',
  'separators\u2028\u2029',
  'x'.repeat(500),
  '漢'.repeat(500),
  '<'.repeat(500),
  '{{mustache}} <%= erb %> %s url(#a)',
  '',
  ' ',
]

/** Arbitrary frames of a profile. */
export const anyFrame: fc.Arbitrary<Frame> = fc
  .record({
    name: fc.oneof(
      fc.constantFrom(...HOSTILE_NAMES),
      fc.string({ unit: 'binary', maxLength: 30 }),
      fc.string({ maxLength: 12 }),
    ),
    kind: fc.constantFrom<Frame['kind']>('js', 'js', 'js', 'native', 'gc', 'idle', 'program'),
    file: fc.option(
      fc.oneof(
        fc.constantFrom(
          'engine/portal/frame.ts',
          'node:fs',
          'a (copy):7',
          'C:12',
          '',
          ...HOSTILE_NAMES,
        ),
        fc.string({ maxLength: 12 }),
      ),
      { nil: undefined },
    ),
    line: fc.option(fc.nat(100_000), { nil: undefined }),
  })
  .map(({ name, kind, file, line }) => ({
    name,
    kind,
    ...(file !== undefined && { file }),
    ...(file !== undefined && line !== undefined && { line: line + 1 }),
  }))

/** A folded profile of the given stacks, in the given order. */
export function profileOf(stacks: readonly (readonly [readonly Frame[], number])[]): FoldedProfile {
  const frames: Frame[] = []
  const numbers = new Map<string, number>()
  const numberOf = (frame: Frame): number => {
    const key = JSON.stringify(frame)
    const number = numbers.get(key) ?? frames.push(frame) - 1
    numbers.set(key, number)
    return number
  }
  return {
    frames,
    stacks: stacks.map(([path, micros]) => ({ frames: path.map(numberOf), micros })),
    totalMicros: stacks.reduce((sum, [, micros]) => sum + micros, 0),
  }
}

/** A function of the program. */
export function js(name: string, file = 'engine/portal/frame.ts', line = 1): Frame {
  return { name, kind: 'js', file, line }
}
