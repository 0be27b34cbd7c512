import { describe, expect, it } from 'vitest'
import { alignedRows, markdownTable, terminalTable } from '../../../harness/text/table.js'

const rows = [
  ['layer1', '12.3 %'],
  ['a', ''],
  ['layer1.asset-list', '4.0 %', 'slow'],
]

describe('tables', () => {
  it('are aligned to the left, without blanks at the ends of lines', () => {
    expect(alignedRows(rows)).toEqual([
      'layer1             12.3 %',
      'a',
      'layer1.asset-list  4.0 %   slow',
    ])
    expect(alignedRows(rows.slice(0, 2), ' | ')).toEqual(['layer1 | 12.3 %', 'a      |'])
  })

  it('are indented on a terminal, and read none without rows', () => {
    expect(terminalTable([['a', 'b']])).toBe('  a  b\n')
    expect(terminalTable([])).toBe('  none\n')
  })

  it('have a header and a rule in markdown', () => {
    expect(markdownTable(['a', 'b'], [['1', '2']])).toBe('| a | b |\n| --- | --- |\n| 1 | 2 |')
  })
})
