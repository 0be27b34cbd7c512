import { Option } from 'commander'
import type { EvaluateCommand } from '../evaluation/plan.js'
import { defined } from '../evidence/defined.js'
import { failedJudgement } from '../record/failed-judgement.js'
import type { CliCommand } from './command.js'
import { commandText } from './command-text.js'
import {
  alphaOption,
  campaignBudgetOption,
  campaignOption,
  type EvaluateOptions,
  memoryOption,
  parseLayer,
  thresholdOption,
} from './evaluate-command.js'
import { exitCodes } from './exit-codes.js'
import { printJson } from './output.js'
import {
  designOption,
  incumbentOption,
  jsonOption,
  LONGEST_TIMEOUT_S,
  maxPairsOption,
  metricOption,
  nodeOptionsOption,
  outOption,
  pairsOption,
  refused,
  scaleOption,
  seedOption,
  suiteOption,
  timeoutOption,
  workloadOption,
} from './shared-options.js'

/** A `judge` command. */
export interface JudgeCommand {
  readonly evaluate: EvaluateCommand
  /** The time it may take, ms; without a limit if absent. */
  readonly budgetMs?: number
  /** The options as given that an evaluation has too, without those about its number of pairs. */
  readonly words: readonly string[]
  /** The command that repeats the evaluation with these looks. */
  readonly commandFor: (looks: readonly number[]) => string
}

interface JudgeOptions
  extends Omit<EvaluateOptions, 'standing' | 'require' | 'inject' | 'defended'> {
  readonly layer: string
  readonly defended: boolean
  readonly budget?: number
}

const HELP = `
Examples:
  assay judge --layer fast --suite bench/suite.mjs --json               one JSON object on stdout, for a program
  assay judge --layer fast --suite bench/suite.mjs --json --budget 60s  the best answer within a minute
  assay judge --layer fast --suite bench/suite.mjs --json --campaign c  one of many tries, with one error budget for all
  assay judge --layer fast --suite bench/suite.mjs --resume             continue where the time ended

It evaluates as assay evaluate does, writes the same record, and answers with one word: keep or discard. --json prints
one object of the schema assay/judgement@1 (harness/record/judgement.schema.json): verdict, keep, effects with their
intervals, reasons, warnings, paths, next commands; after an error, { "keep": false, "error": { exitCode, message } }.

The runs are defended against measured code that cheats (docs/threat-model.md); --no-defended leaves that out.

--budget plans the looks that fit, before the first measured pair, and ends at that time (within 5 s); without a
decision the answer is inconclusive. Nothing is profiled or calibrated meanwhile. How a loop uses it: docs/loops.md.

${exitCodes({
  0: 'keep: accepted, and nothing else',
  1: 'discard: rejected',
  3: 'discard: inconclusive; the runs, the host or the time do not decide',
  4: 'discard: not equivalent, the layer changes a result',
  5: 'discard: invalid measurement: signs of tampering, processes crashed, or the disk is full',
  130: 'interrupted by Ctrl-C (143: terminated); continue with --resume',
})}`

/** `assay judge --layer ID`. */
export const judgeCommand: CliCommand<JudgeOptions, JudgeCommand> = {
  name: 'judge',
  summary: 'keep or discard a layer: one verdict for a program, within a given time',
  declare(command) {
    command
      .requiredOption('--layer <id>', 'the layer to judge')
      .addOption(suiteOption())
      .addOption(budgetOption())
      .addOption(workloadOption())
      .addOption(scaleOption('standard'))
      .addOption(pairsOption('pairs between two looks at the results', 10))
      .addOption(maxPairsOption('pairs at most, a multiple of --pairs (default: 40; smoke: 20)'))
      .addOption(new Option('--fixed', 'one look only, after --pairs').conflicts('maxPairs'))
      .addOption(seedOption())
      .addOption(thresholdOption())
      .addOption(alphaOption())
      .addOption(memoryOption())
      .addOption(metricOption(' (default: that of the layer)'))
      .addOption(designOption())
      .addOption(incumbentOption())
      .addOption(timeoutOption())
      .addOption(nodeOptionsOption())
      .addOption(
        new Option('--profile', 'profile at the end, so that a page shows why').conflicts('budget'),
      )
      .addOption(campaignOption())
      .addOption(campaignBudgetOption())
      .option('--no-defended', 'do not defend against measured code that cheats')
      .option('--no-calibration', 'do not check a host without a calibration by a short one')
      .option('--resume', 'continue the newest unfinished evaluation of the layer, by its looks')
      .addOption(jsonOption('the judgement'))
      .addOption(outOption())
      .addHelpText('after', HELP)
  },
  parse(_args, { layer, budget, ...options }, invocation) {
    const isTimed = budget !== undefined
    const profile = options.profile === true
    const words = invocation.words.filter((word) => !OWN_WORDS.test(word))
    const commandFor = (looks: readonly number[]) => {
      const most = options.fixed === true ? [] : [`--max-pairs ${looks.at(-1)}`]
      const own = [
        options.defended ? '--defended' : '--no-defended',
        profile ? '--profile' : '--no-profile',
      ]
      return commandText('evaluate', layer, ...words, ...most, ...own)
    }
    const parsed = parseLayer(layer, { ...options, profile }, invocation)
    const calibration = options.calibration && !isTimed
    const evaluate = { ...parsed, calibration, text: commandFor(parsed.looks) }
    return defined({ evaluate, budgetMs: budget, words, commandFor })
  },
  async run(command, context) {
    const { judgeLayer } = await import('./judge-layer.js')
    return judgeLayer(command, context)
  },
  failed(failure, words, io) {
    if (words.includes('--json')) printJson(failedJudgement(failure), io)
  },
}

/** Options of this command alone, and the one that the looks decide. */
const OWN_WORDS = /^--(?:layer|budget|max-pairs|profile|no-defended)(?:[ =]|$)/

const BUDGET = '--budget <time>'
const UNIT_MS: Readonly<Record<string, number>> = { '': 1000, s: 1000, m: 60_000, h: 3_600_000 }

/** `--budget TIME`; its value is in ms. */
const budgetOption = () =>
  new Option(
    BUDGET,
    'answer within this time, e.g. 60s, 2m or 90 (seconds), even if it is inconclusive',
  ).argParser((text) => {
    const [, number = '', unit = ''] = /^(\d*\.?\d+)\s*([smh]?)$/.exec(text.trim()) ?? []
    const ms = number === '' ? Number.NaN : Number(number) * UNIT_MS[unit]!
    if (ms > 0 && ms <= LONGEST_TIMEOUT_S * 1000) return ms
    throw refused(BUDGET, text, 'a time above 0, e.g. 60s, 2m or 90 (seconds)')
  })
