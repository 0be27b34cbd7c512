import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readTable } from '../../../harness/compare/csv-table.js'
import { drawn } from '../../fixtures/drawn.js'

type Row = readonly [line: number, ...cells: string[]]

/**
 * The slow twin: every line cut at its delimiters, or the whole text through csv-parse where a cell
 * is only partly quoted.
 */
function slowRows(text: string, delimiter: string): Row[] {
  const lines = text
    .split('\n')
    .map((content, index) => ({ line: index + 1, content }))
    .filter(({ content }) => content.trim() !== '')
    // Behind a tab that separates cells, # begins a cell.
    .filter(({ content }) => !(delimiter === '\t' ? /^ *#/ : /^\s*#/).test(content))
    .map(({ line, content }) => ({
      line,
      cells: content.split(delimiter).map((cell) => cell.trim()),
    }))
  const isWhole = (cell: string) => !cell.includes('"') || /^"[^"]*"$/.test(cell)
  const rows: Row[] = lines.every(({ cells }) => cells.every(isWhole))
    ? lines.map(({ line, cells }) => [
        line,
        ...cells.map((cell) => cell.replace(/^"(.*)"$/, '$1').trim()),
      ])
    : parsedRows(text, delimiter)
  return rows.filter(([, ...cells]) => delimiter !== '\t' || cells.some((cell) => cell !== ''))
}

function parsedRows(text: string, delimiter: string): Row[] {
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

function rowsOf(text: string, delimiter: string): Row[] {
  const { rows, lineOf } = readTable(text, delimiter, 'odd.csv')
  return rows.map((cells, row) => [lineOf(row), ...cells.map((cell) => cell.trim())])
}

function outcomeOf(rows: () => Row[]): Row[] | 'refused' {
  try {
    return rows()
  } catch (error) {
    if (error instanceof Error && /quote/i.test(error.message)) return 'refused'
    throw error
  }
}

describe('the rows of a CSV text', () => {
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
      unit: fc.constantFrom('1', '.', ',', ';', '\t', ' ', '"', '#', 'a', '!'),
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

  it('are the lines cut at their delimiters, or those of csv-parse where quotes are nested', () => {
    let [read, refused] = [0, 0]
    fc.assert(
      fc.property(text, fc.constantFrom(',', ';', '\t'), (odd, delimiter) => {
        const expected = outcomeOf(() => slowRows(odd, delimiter))
        expect(outcomeOf(() => rowsOf(odd, delimiter))).toEqual(expected)
        if (expected === 'refused') refused += 1
        else read += 1
      }),
      { numRuns: drawn(5000) },
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
