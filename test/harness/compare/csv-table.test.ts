import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readTable, visitLines } from '../../../harness/compare/csv-table.js'

type Row = readonly [line: number, ...cells: string[]]

/**
 * The slow way: every line cut into all its cells, or the whole text through a real parser where a
 * cell is not quoted as a whole or not at all.
 */
function slowRows(text: string, delimiter: string): Row[] {
  const said = text
    .split('\n')
    .map((content, index) => ({ line: index + 1, content }))
    .filter(({ content }) => content.trimStart() !== '' && !content.trimStart().startsWith('#'))
  if (!text.includes('"'))
    return said.map(({ line, content }) => [
      line,
      ...content.split(delimiter).map((cell) => cell.trim()),
    ])
  const cut = said.map(({ line, content }) => ({
    line,
    cells: content.split(delimiter).map((cell) => cell.trim()),
  }))
  const whole = (cell: string) => !cell.includes('"') || /^"[^"]*"$/.test(cell)
  if (cut.every(({ cells }) => cells.every(whole)))
    return cut.map(({ line, cells }) => [
      line,
      ...cells.map((cell) => cell.replace(/^"(.*)"$/, '$1').trim()),
    ])
  const parsed = parse(text, {
    delimiter,
    comment: '#',
    comment_no_infix: true,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    trim: true,
  }) as unknown as readonly {
    readonly record: string[]
    readonly info: { readonly lines: number }
  }[]
  return parsed.map(({ record, info }) => [info.lines, ...record.map((cell) => cell.trim())])
}

/** All rows of a table, put together from its columns. */
function rowsOf(text: string, delimiter: string): Row[] {
  const table = readTable(text, delimiter, 'odd.csv')
  const rows: [number, ...string[]][] = []
  for (let column = 0, widest = 1; column < widest; column += 1) {
    let row = 0
    table.visitColumn(column, (line, cell, cells) => {
      if (column === 0) rows.push([line])
      if (column < cells) rows[row]!.push(cell.trim())
      else expect(cell).toBe('')
      widest = Math.max(widest, cells)
      row += 1
    })
  }
  expect([table.head.line, ...table.head.cells.map((cell) => cell.trim())]).toEqual(rows[0])
  return rows
}

function outcomeOf(rows: () => Row[]): Row[] | 'refused' {
  try {
    return rows()
  } catch (error) {
    if (error instanceof Error && /quote/i.test(error.message)) return 'refused'
    throw error
  }
}

function saysSomething(text: string): boolean {
  let found = false
  visitLines(text, () => {
    found = true
    return false
  })
  return found
}

describe('a column read where it stands', () => {
  const cell = fc.oneof(
    fc.constantFrom(
      '',
      '1',
      '-2.5',
      ' 3 ',
      '"4"',
      ' "5" ',
      '"a,b"',
      '"a""b"',
      '""',
      '"',
      'x"',
      '#6',
      '"#7"',
      'é\u00a0',
      '"8;9"',
    ),
    fc.string({
      maxLength: 4,
      unit: fc.constantFrom('1', '.', ',', ';', '\t', ' ', '"', '#', 'a', '!', '\u00a0', '\ufeff'),
    }),
  )
  const line = fc.oneof(
    fc.array(cell, { maxLength: 5 }).map((cells) => cells.join(',')),
    fc.array(cell, { maxLength: 5 }).map((cells) => cells.join(';')),
    fc.constantFrom('', ' ', '\t', '# a,b', '  # "a', ',', ',,', '1,2,', '"1","2",', '"a\nb",1'),
  )
  const plain = fc.constantFrom(
    '1,2,3',
    '4,5,6',
    ' 7 , 8 ,9',
    '',
    '# 1,2',
    '10,11,',
    ',,',
    '"12",13,"14"',
  )
  const text = fc
    .tuple(
      fc.oneof(
        fc.array(line, { minLength: 1, maxLength: 7 }),
        fc.array(plain, { minLength: 1, maxLength: 9 }),
      ),
      fc.boolean(),
    )
    .map(([lines, ended]) => lines.join('\n') + (ended ? '\n' : ''))

  it('is what cutting every line into its cells gives, on odd texts', () => {
    let [read, refused] = [0, 0]
    fc.assert(
      fc.property(text, fc.constantFrom(',', ';', '\t'), (odd, delimiter) => {
        if (!saysSomething(odd)) return
        const expected = outcomeOf(() => slowRows(odd, delimiter))
        if (expected.length === 0) return
        expect(outcomeOf(() => rowsOf(odd, delimiter))).toEqual(expected)
        if (expected === 'refused') refused += 1
        else read += 1
      }),
      { numRuns: 5000 },
    )
    expect(Math.min(read, refused)).toBeGreaterThan(50)
  })

  it.each([
    [
      'trailing commas',
      '1,2,\n3,4,\n',
      [
        [1, '1', '2', ''],
        [2, '3', '4', ''],
      ],
    ],
    [
      'blank lines and comments',
      '\na,b\n \n# c\n1,2',
      [
        [2, 'a', 'b'],
        [5, '1', '2'],
      ],
    ],
    [
      'quotes around some cells',
      '"a", "b" ,c\n1,"2",3\n',
      [
        [1, 'a', 'b', 'c'],
        [2, '1', '2', '3'],
      ],
    ],
    [
      'rows of different lengths',
      '1\n2,3\n4',
      [
        [1, '1'],
        [2, '2', '3'],
        [3, '4'],
      ],
    ],
  ])('with %s', (_, given, rows) => {
    expect(rowsOf(given, ',')).toEqual(rows)
    expect(slowRows(given, ',')).toEqual(rows)
  })
})
