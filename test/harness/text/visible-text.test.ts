import { execFileSync } from 'node:child_process'
import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { escapeInvisible, jsonText } from '../../../harness/system/json-text.js'
import { escapeCode, escapeMarkdown, escapeName } from '../../../harness/text/escape-markdown.js'
import { escapeXml } from '../../../harness/text/escape-xml.js'
import { shellWord } from '../../../harness/text/shell-word.js'
import { alignedRows } from '../../../harness/text/table.js'
import { visibleLine, visibleText } from '../../../harness/text/visible-text.js'

/** Moves the cursor, clears a line, begins another, turns the direction, hides, sets a title. */
const SLY = 'a\u001b[2K\r\nb\u202ec\u2066\u200b\u0000\u009b1m\u2028\u{e0041}\u061c'
const RAW = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u

describe('a text that hides or forges something', () => {
  it.each([
    ['a name', visibleText(SLY)],
    ['a line', visibleLine(SLY)],
    ['markdown', escapeMarkdown(SLY)],
    ['a name in markdown', escapeName(SLY)],
    ['code in markdown', escapeCode(SLY)],
    ['a table', alignedRows([[SLY, 'x']]).join('')],
    ['JSON', jsonText({ [SLY]: SLY })],
    ['a word to type', shellWord(SLY)],
  ])('is written out in %s', (_, text) => {
    expect(text).not.toMatch(RAW)
    expect(text).toContain('202e')
  })

  it('keeps line ends in XML and on a stream, and nothing else', () => {
    for (const text of [escapeXml(SLY), escapeInvisible(SLY)]) {
      expect(text.replace('\n', '')).not.toMatch(RAW)
      expect(text).toContain('\n')
    }
  })

  it('is read from JSON as it was', () => {
    expect(JSON.parse(jsonText({ [SLY]: [SLY] }, 2))).toEqual({ [SLY]: [SLY] })
  })

  test.prop([fc.string({ unit: 'binary' })], { numRuns: 1000 })(
    'is read from JSON as it was, whatever it is',
    (text) => {
      expect(JSON.parse(jsonText([text]))).toEqual([text])
    },
  )

  it('leaves scripts, emoji and accents as they are', () => {
    const text = 'mañana 東京 שלום 👩‍👩‍👧 µs – “x”'
    expect([visibleLine(text), escapeInvisible(text), escapeXml(text)]).toEqual([text, text, text])
  })
})

describe('a word of a command', () => {
  it.each([
    'a.txt',
    "it's",
    'a b>c',
    '$HOME',
    'a\nb',
    'tab\tx',
    "\\n'\u001b[1m\u202e",
    '`id`',
    '!x',
    '',
  ])('is what bash hands over: %j', (word) => {
    const command = `printf %s ${shellWord(word)}`
    expect(
      execFileSync('bash', ['--norc', '-c', command], {
        encoding: 'utf8',
        env: { LC_ALL: 'C.UTF-8' },
      }),
    ).toBe(word)
  })
})
