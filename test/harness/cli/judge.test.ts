import { describe, expect, it } from 'vitest'
import { judgeCommand } from '../../../harness/cli/judge-command.js'
import { InputError } from '../../../harness/errors.js'
import { assay, temporaryDirectory } from '../../fixtures/bench.js'
import { objectOn } from './judgement-object.js'
import { parseWords } from './parse-words.js'

const parse = (...words: string[]) =>
  parseWords(judgeCommand, ['--layer', 'layer1', ...words], '/home/u')

describe('assay judge', () => {
  it.each([
    ['60s', 60_000],
    ['2m', 120_000],
    ['90', 90_000],
    ['1.5m', 90_000],
    ['1h', 3_600_000],
    ['.5s', 500],
  ])('reads --budget %s as %d ms', (text, ms) => {
    expect(parse('--budget', text).budgetMs).toBe(ms)
  })

  it.each(['0', '-5s', 'soon', '1d', '1e3', '', '9999h'])('refuses --budget %j', (text) => {
    expect(() => parse(`--budget=${text}`)).toThrow(/^--budget .*: give a time above 0/)
    expect(() => parse(`--budget=${text}`)).toThrow(InputError)
  })

  it('evaluates as assay evaluate does, and profiles only where this is wanted', () => {
    const { evaluate } = parse('--scale', 'smoke', '--workload', 'a', '--out', 'x')
    expect(evaluate).toMatchObject({
      layer: 'layer1',
      looks: [10, 20],
      workloads: ['a'],
      root: '/home/u/x',
      calibration: true,
      profile: false,
    })
    expect(parse('--profile').evaluate.profile).toBe(true)
    expect(() => parse('--profile', '--budget', '60s')).toThrow(/--profile cannot be used with/)
  })

  it('defends against code that cheats, unless that is left out', () => {
    expect(parse().evaluate.defended).toBe(true)
    const { evaluate } = parse('--no-defended', '--scale', 'smoke')
    expect(evaluate).not.toHaveProperty('defended')
    const candidate = parse('--no-defended', '--campaign', 'loop').evaluate
    expect(candidate).not.toHaveProperty('defended')
    expect(candidate.campaign).toEqual({ name: 'loop' })
    expect(evaluate.text).toBe(
      'npx assay evaluate layer1 --scale smoke --max-pairs 20 --no-defended --no-profile',
    )
  })

  it('calibrates nothing within a limit of time', () => {
    expect(parse('--budget', '60s').evaluate.calibration).toBe(false)
  })

  it('names the evaluation to repeat, with the looks that were fixed', () => {
    const words = ['--scale', 'smoke', '--budget', '60s', '--json', '--seed', '7']
    const { evaluate, commandFor } = parse(...words)
    expect(evaluate.text).toBe(
      'npx assay evaluate layer1 --scale smoke --seed 7 --max-pairs 20 --defended --no-profile',
    )
    expect(commandFor([10])).toBe(
      'npx assay evaluate layer1 --scale smoke --seed 7 --max-pairs 10 --defended --no-profile',
    )
    expect(parse('--fixed', '--pairs', '15').commandFor([15])).toBe(
      'npx assay evaluate layer1 --pairs 15 --fixed --defended --no-profile',
    )
  })
})

describe('an error of assay judge --json', () => {
  it.each([
    ['', /^required option '--layer <id>' not specified/],
    ['--layer fastr', /^unknown layer fastr; did you mean faster\?/],
    ['--layer faster --bugdet 60s', /^unknown option --bugdet; did you mean --budget\?/],
    ['--layer faster --budget soon', /^--budget soon: give a time/],
    ['--layer faster --workload guard', /a verdict is not possible/],
    ['--layer faster --suite none.mjs', /^--suite none\.mjs: no such file/],
    ['--layer faster --resume --no-calibration', /^nothing to resume/],
    ['--layer faster --campaign-budget 1%', /^--campaign-budget: .*add --campaign NAME$/],
  ])('%s: one object with keep: false and its exit code', async (words, message) => {
    const root = temporaryDirectory()
    const line = `judge --json ${words}`.trim()
    const { code, stdout } = await assay(line, { cwd: root })
    expect(code).toBe(2)
    const answer = objectOn(stdout)
    expect(answer).toMatchObject({ keep: false, error: { exitCode: 2 } })
    expect('error' in answer && answer.error.message).toMatch(message)
  })

  it('writes nothing on stdout without --json', async () => {
    const { code, stdout } = await assay('judge --layer fastr')
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  })
})
