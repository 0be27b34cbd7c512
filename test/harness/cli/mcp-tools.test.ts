import { describe, expect, it } from 'vitest'
import { judgeInput, judgeWords } from '../../../harness/cli/mcp-tools.js'

describe('the input of judge', () => {
  const words = (input: object) => judgeWords(judgeInput.parse(input))

  it('becomes one word for each option, and a budget of less than a minute', () => {
    expect(words({ layer: 'fast' })).toEqual(['judge', '--json', '--layer=fast', '--budget=50s'])
    expect(
      words({
        layer: 'fast',
        budget: '2m',
        scale: 'smoke',
        workloads: ['a', 'b'],
        incumbent: ['c', 'd'],
        threshold: '10%',
        maxPairs: 20,
        design: 'co-scheduled',
        seed: 7,
        resume: true,
      }),
    ).toEqual(
      [
        'judge --json --layer=fast --budget=2m --scale=smoke --threshold=10% --max-pairs=20',
        '--design=co-scheduled --seed=7 --incumbent=c,d --workload=a --workload=b --resume',
      ].flatMap((line) => line.split(' ')),
    )
    expect(words({ layer: 'fast', incumbent: [] })).toContain('--incumbent=none')
  })

  it.each([
    {},
    { layer: '' },
    { layer: '--suite=evil.mjs' },
    { layer: '../x' },
    { layer: 'fast', workloads: ['--json'] },
    { layer: 'fast', budget: 'soon' },
    { layer: 'fast', maxPairs: 3 },
    { layer: 'fast', unknown: 1 },
    { layer: 'fast', scale: 'huge' },
  ])('refuses %j', (input) => {
    expect(judgeInput.safeParse(input).success).toBe(false)
  })
})
