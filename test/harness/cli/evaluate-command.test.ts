import { describe, expect, it } from 'vitest'
import { evaluateCommand } from '../../../harness/cli/evaluate-command.js'
import { InputError } from '../../../harness/errors.js'
import type { EvaluateCommand } from '../../../harness/evaluation/plan.js'
import { parseWords } from './parse-words.js'

const parse = (...words: string[]) =>
  parseWords(evaluateCommand, ['layer1', ...words], '/home/u') as EvaluateCommand

describe('assay evaluate <layer>', () => {
  it('looks after 10, 20, 30 and 40 pairs by default, at smoke scale after 10 and 20', () => {
    expect(parse().looks).toEqual([10, 20, 30, 40])
    expect(parse('--scale', 'smoke').looks).toEqual([10, 20])
  })

  it.each([
    ['--pairs 15', [15, 30]],
    ['--pairs 15 --max-pairs 60', [15, 30, 45, 60]],
    ['--pairs 30 --scale smoke', [30]],
    ['--pairs 25 --fixed', [25]],
  ])('%s looks after %j', (words, looks) => {
    expect(parse(...words.split(' ')).looks).toEqual(looks)
  })

  it('reads fractions with and without a percent sign', () => {
    expect(parse('--threshold', '5%').threshold).toBeCloseTo(0.05, 15)
    expect(parse('--threshold', '0.05').threshold).toBe(0.05)
    expect(parse('--threshold', '.5 %').threshold).toBeCloseTo(0.005, 15)
    expect(parse('--inject=-20%').inject).toBeCloseTo(-0.2, 15)
    expect(parse()).not.toHaveProperty('threshold')
  })

  it('resolves the evidence root, splits flags and lists, and turns seconds into ms', () => {
    const command = parse(
      ...['--out', 'x/y', '--node-options= --jitless  --max-semi-space-size=64 '],
      ...['--incumbent', 'a, b', '--timeout', '1.5'],
    )
    expect(command).toMatchObject({
      root: '/home/u/x/y',
      nodeOptions: ['--jitless', '--max-semi-space-size=64'],
      incumbent: ['a', 'b'],
      timeoutMs: 1500,
    })
    expect(parse('--incumbent', 'none').incumbent).toEqual([])
  })

  it.each<[string[], RegExp]>([
    [['--pairs=3'], /^--pairs 3: give a whole number of at least 10 \(fewer give no verdict\)/],
    [['--pairs=0'], /^--pairs 0: .*at least 10/],
    [['--pairs=10.5'], /^--pairs 10\.5: /],
    [['--pairs=ten'], /^--pairs ten: /],
    [['--pairs=1e9'], /^--pairs 1e9: /],
    [['--max-pairs=25'], /^--max-pairs 25: give a multiple of --pairs 10, e\.g\. 30$/],
    [['--max-pairs=5'], /^--max-pairs 5: give a whole number of at least 10 and at most 1000$/],
    [['--max-pairs=10', '--pairs=20'], /^--max-pairs 10: .* at least 20 and at most 1000$/],
    [
      ['--fixed', '--max-pairs=40'],
      /^--fixed cannot be used with --max-pairs; leave one of them out$/,
    ],
    [
      ['--threshold=five'],
      /^--threshold five: give a fraction, or the limit of a budget in its own unit, e\.g\. 5% or 0\.05$/,
    ],
    [['--threshold=NaN'], /^--threshold NaN: /],
    [['--alpha=0'], /^--alpha 0: /],
    [['--alpha=0.6'], /^--alpha 0\.6: /],
    [['--seed=-1'], /^--seed -1: give a whole number of at least 0/],
    [['--seed=99999999999'], /^--seed 99999999999: /],
    [['--scale=large'], /^unknown scale large; known: smoke, standard, production$/],
    [['--scale=smok'], /did you mean smoke\?/],
    [['--memory=strict'], /^--memory strict: give advisory or blocking$/],
    [['--metric=gpu'], /^--metric gpu: give cpu or wall$/],
    [['--require=rejected'], /^--require rejected: give accepted$/],
    [['--timeout=0'], /^--timeout 0: give seconds/],
    [['--timeout=1e9'], /^--timeout 1e9: /],
    [['--timeout=9999999'], /^--timeout 9999999: .*at most 2147483$/],
    [['--inject=0'], /^--inject 0: /],
    [['--inject=95%'], /^--inject 95%: give an improvement of at most 90%/],
    [['--incumbent=a,'], /^--incumbent a,: give none, or layer names separated by commas$/],
    [
      ['--node-options=--stack-size 100'],
      /^--node-options --stack-size 100: 100 is not a flag; write values as --flag=value$/,
    ],
  ])('refuses %j in one line that says what would do', (words, message) => {
    expect(() => parse(...words)).toThrow(message)
    expect(() => parse(...words)).toThrow(InputError)
  })

  it('holds the command to repeat: the options that decide about the result and no others', () => {
    expect(parse().text).toBe('npx assay evaluate layer1')
    expect(
      parse('--out', '/tmp', '--json', '--resume', '--require', 'accepted', '--pairs', '10').text,
    ).toBe('npx assay evaluate layer1')
    expect(
      parse(
        ...['--inject=-5%', '--workload', 'a', '--workload', 'b', '--scale', 'smoke'],
        ...['--max-pairs', '20', '--seed', '7'],
      ).text,
    ).toBe(
      'npx assay evaluate layer1 --workload a --workload b --scale smoke --max-pairs 20 --seed 7 --inject=-5%',
    )
    expect(parse("--node-options=--a --b='c'", '--fixed', '--profile', '--no-profile').text).toBe(
      `npx assay evaluate layer1 --fixed --node-options='--a --b='\\''c'\\''' --no-profile`,
    )
  })
})

describe('the options of a campaign', () => {
  it('are its name and, for its first candidate, its budget', () => {
    expect(parse()).not.toHaveProperty('campaign')
    expect(parse('--campaign', 'spring-2').campaign).toEqual({ name: 'spring-2' })
    const command = parse('--campaign', 'a', '--campaign-budget', '10%')
    expect(command.campaign).toEqual({ name: 'a', budget: 0.1 })
    expect(command.text).toBe('npx assay evaluate layer1 --campaign a --campaign-budget 10%')
  })

  it.each<[string[], RegExp]>([
    [['--campaign=../up'], /^--campaign \.\.\/up: give a name of small letters, digits, dots/],
    [['--campaign=.hidden'], /^--campaign \.hidden: give a name/],
    [['--campaign=A'], /^--campaign A: give a name/],
    [['--campaign='], /^--campaign\b.*: give a name|^--campaign needs/],
    [[`--campaign=${'a'.repeat(65)}`], /: give a name/],
    [['--campaign-budget=5%'], /^--campaign-budget: this is the error budget of a campaign; add /],
    [['--campaign=a', '--campaign-budget=0'], /^--campaign-budget 0: give an error probability/],
    [['--campaign=a', '--campaign-budget=60%'], /^--campaign-budget 60%: give an error prob/],
    [
      ['--campaign=a', '--seed=7'],
      /^--seed: every round of a campaign has a fresh seed of its own/,
    ],
    [['--campaign=a', '--inject=5%'], /^--inject: a control is not a candidate of a campaign/],
  ])('%j is refused', (words, message) => {
    expect(() => parse(...words)).toThrow(InputError)
    expect(() => parse(...words)).toThrow(message)
  })
})
