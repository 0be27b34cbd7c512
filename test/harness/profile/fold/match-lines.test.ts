import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { matchLines } from '../../../../harness/profile/fold/match-lines.js'

const text = (lines: readonly string[]) => lines.join('\n')
const anyText = fc.array(fc.constantFrom('a', 'b', 'c', '{', '}', ''), { maxLength: 12 }).map(text)

describe('the lines of two versions', () => {
  it('are matched around an insertion, and where as many lines replace others', () => {
    const before = 'function f() {\n  one()\n  two()\n}\n// end'
    const after = '// new\nfunction f() {\n    one()\n    three()\n}\nfour()\n// end'
    expect(Object.fromEntries(matchLines(before, after))).toEqual({ 1: 2, 2: 3, 3: 4, 4: 5, 5: 7 })
  })

  it('are not matched where a block is replaced by a longer one', () => {
    expect([...matchLines('a\nx\nb', 'a\ny\nz\nb').keys()]).toEqual([1, 3])
  })

  test.prop([anyText, anyText])(
    'ascend in both versions, and are lines of them',
    (before, after) => {
      const pairs = [...matchLines(before, after)]
      for (const [index, [line, place]] of pairs.entries()) {
        const [lastLine, lastPlace] = pairs[index - 1] ?? [0, 0]
        expect(line).toBeGreaterThan(lastLine)
        expect(place).toBeGreaterThan(lastPlace)
      }
      expect(pairs.at(-1)?.[0] ?? 0).toBeLessThanOrEqual(before.split('\n').length)
      expect(pairs.at(-1)?.[1] ?? 0).toBeLessThanOrEqual(after.split('\n').length)
    },
  )

  test.prop([
    fc.uniqueArray(fc.string({ minLength: 1 }).map((name) => JSON.stringify(name))),
    fc.nat(),
  ])('are all found again below an inserted line', (lines, seed) => {
    const at = lines.length === 0 ? 0 : seed % lines.length
    const after = [...lines.slice(0, at), 'inserted line', ...lines.slice(at)]
    const matched = matchLines(text(lines), text(after))
    for (const index of lines.keys())
      expect(matched.get(index + 1)).toBe(index + 1 + (index >= at ? 1 : 0))
  })

  test.prop([anyText])('are the same in equal versions', (same) => {
    for (const [line, place] of matchLines(same, same)) expect(place).toBe(line)
  })
})
