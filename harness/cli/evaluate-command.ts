import { resolve } from 'node:path'
import { Option } from 'commander'
import type { ScaleName } from '../contract.js'
import { InputError } from '../errors.js'
import type { EvaluateCommand } from '../evaluation/plan.js'
import type { CampaignChoice } from '../evaluation/run-campaign.js'
import { CAMPAIGN_NAME } from '../evidence/campaign-name.js'
import { defined } from '../evidence/defined.js'
import { SEQUENCE_ID } from '../evidence/sequence-id.js'
import { isThresholdPreset, type ThresholdPreset } from '../verdict/threshold-presets.js'
import type { CliCommand, Invocation } from './command.js'
import { commandText, quoted } from './command-text.js'
import type { SequenceCommand } from './evaluate-sequence.js'
import { exitCodes } from './exit-codes.js'
import {
  designOption,
  type Fraction,
  fractionOption,
  incumbentOption,
  jsonOption,
  looksUpTo,
  MOST_PAIRS,
  maxPairsOption,
  metricOption,
  nodeOptionsOption,
  outOption,
  pairsOption,
  parseFraction,
  refused,
  scaleOption,
  seedOption,
  suiteOption,
  timeoutOption,
  workloadOption,
} from './shared-options.js'

export interface EvaluateOptions
  extends Pick<
    EvaluateCommand,
    | 'scale'
    | 'seed'
    | 'alpha'
    | 'memory'
    | 'metric'
    | 'design'
    | 'suite'
    | 'incumbent'
    | 'inject'
    | 'defended'
    | 'nodeOptions'
  > {
  readonly workload?: readonly string[]
  readonly campaign?: string
  readonly campaignBudget?: number
  readonly threshold?: Fraction | ThresholdPreset
  readonly pairs: number
  readonly maxPairs?: number
  readonly fixed?: boolean
  readonly timeout: number
  /** `--profile` or `--no-profile`. */
  readonly profile?: boolean
  /** `--counts` or `--no-counts`. */
  readonly counts?: boolean
  readonly calibration: boolean
  readonly resume?: boolean
  readonly standing?: boolean
  readonly leaveOneOut?: boolean
  readonly require?: 'accepted'
  readonly json?: boolean
  readonly out: string
}

const DEFAULT_MAX_PAIRS: Readonly<Record<ScaleName, number>> = {
  smoke: 20,
  standard: 40,
  production: 40,
}

const HELP = `
Examples:
  assay evaluate layer1                              10 pairs; up to 40 while 10 do not decide
  assay evaluate layer1 --scale smoke                a quick look: 10 to 20 pairs on small data
  assay evaluate all                                 each layer in order, until the goal is met or gains get small
  assay evaluate all --standing                      only layers without a record, and all together
  assay evaluate all --leave-one-out                 in addition, what each accepted layer is worth last
  assay evaluate layer1 --campaign spring            one of many tries: confirmed by a second round (docs/campaigns.md)
  assay evaluate layer1 --resume                     continue after Ctrl-C or a crash
  assay evaluate layer0-control --inject 12%         control: is a known effect of 12 % measured as 12 %?
  assay evaluate layer1 --json --require accepted    for scripts: the record on stdout, exit 1 unless accepted
  assay evaluate fast --suite ./dist/my-suite.js     measure another project

A host without a calibration is checked first, for about half a minute: identical arms must measure as equal, and a
known effect as its size.

Files written: decisions/NNNN-<layer>.json and .md, reports/NNNN-<layer>.html, and the evidence in
profiling-results/NNNN-<layer>/. evaluate all ends with a summary, NNNN-all: all accepted layers together against the
pure baseline, measured again in 20 pairs. Finished runs survive an interruption; records are never overwritten.

${exitCodes({
  0: 'accepted or rejected',
  1: '--require accepted, and the layer is not accepted',
  3: 'inconclusive: the machine is too noisy for this effect',
  4: 'not equivalent: the layer changes a result; its speed is not judged',
  5: 'invalid measurement: processes crashed, the disk is full, or a run shows signs of tampering',
  130: 'interrupted by Ctrl-C (143: terminated); continue with --resume',
})}`

/** `assay evaluate <layer>` · `assay evaluate all`. */
export const evaluateCommand: CliCommand<EvaluateOptions, EvaluateCommand | SequenceCommand> = {
  name: 'evaluate',
  summary:
    'check that a layer changes no result, measure it against the pure baseline, decide, and write the record',
  declare(command) {
    command
      .argument('<layer>', `a layer of the suite, or ${SEQUENCE_ID}: every layer in order`)
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
      .addOption(suiteOption())
      .addOption(incumbentOption())
      .addOption(injectOption())
      .addOption(timeoutOption())
      .addOption(nodeOptionsOption())
      .option('--profile', 'profile at the end (default; not at smoke scale or with --inject)')
      .option('--no-profile', 'do not profile')
      .option('--counts', 'count how often each line runs, exactly (default: where profiled)')
      .option('--no-counts', 'do not count')
      .option('--no-calibration', 'do not check a host without a calibration by a short one')
      .addOption(campaignOption())
      .addOption(campaignBudgetOption())
      .option(
        '--defended',
        'defend against measured code that cheats (default with --campaign): docs/threat-model.md',
      )
      .option('--no-defended', 'do not, although it is a candidate of a campaign')
      .option('--resume', 'continue the newest unfinished evaluation, or the sequence')
      .option(
        '--leave-one-out',
        'with all: measure what each accepted layer is worth last, on top of all others',
      )
      .option(
        '--standing',
        'with all: keep the layers that records at this scale settle, and evaluate only the others',
      )
      .addOption(new Option('--require <verdict>', 'exit 1 unless accepted').choices(['accepted']))
      .addOption(jsonOption('the record'))
      .addOption(outOption())
      .addHelpText('after', HELP)
  },
  parse([layer], options, invocation) {
    return layer === SEQUENCE_ID
      ? parseSequence(options, invocation)
      : parseLayer(String(layer), options, invocation)
  },
  async run(command, context) {
    if ('summary' in command) {
      const { evaluateSequence } = await import('./evaluate-sequence.js')
      return evaluateSequence(command, context)
    }
    if (command.campaign !== undefined) {
      const { evaluateCandidate } = await import('./evaluate-candidate.js')
      return evaluateCandidate({ ...command, campaign: command.campaign }, context)
    }
    const { evaluateLayer } = await import('./evaluate-layer.js')
    return evaluateLayer(command, context)
  },
}

const THRESHOLD = '--threshold <number>'

/**
 * `--threshold NUMBER`. Whether the criterion of the layer can have this limit is checked by the
 * plan.
 */
export const thresholdOption = () =>
  new Option(
    THRESHOLD,
    'limit of the criterion, instead of that of the layer, e.g. 5% or 0.05; strict: twice as demanding, lenient: half',
  ).argParser((text) => {
    if (isThresholdPreset(text)) return text
    const fraction = parseFraction(text)
    if (Number.isFinite(fraction.value)) return fraction
    throw refused(
      THRESHOLD,
      text,
      'a fraction, or the limit of a budget in its own unit, e.g. 5% or 0.05',
    )
  })

/** `--alpha FRACTION` */
export const alphaOption = () =>
  fractionOption(
    '--alpha <fraction>',
    'one-sided error probability over all looks',
    (value) => value > 0 && value <= 0.5,
    'an error probability above 0 and at most 0.5, e.g. 0.05',
  ).default(0.05)

const CAMPAIGN = '--campaign <name>'

/** `--campaign NAME` */
export const campaignOption = () =>
  new Option(
    CAMPAIGN,
    'try the layer as a candidate of this campaign: one error budget for all candidates, and a second round with a fresh seed before anything is accepted',
  ).argParser((text) => {
    if (CAMPAIGN_NAME.test(text)) return text
    throw refused(
      CAMPAIGN,
      text,
      'a name of small letters, digits, dots and dashes, at most 64, that begins with a letter or a digit, e.g. spring',
    )
  })

/** `--campaign-budget FRACTION` */
export const campaignBudgetOption = () =>
  fractionOption(
    '--campaign-budget <fraction>',
    'with --campaign: probability that the campaign accepts anything wrongly, at most, fixed by its first candidate (default: 5%)',
    (value) => value > 0 && value <= 0.5,
    'an error probability above 0 and at most 0.5, e.g. 0.05',
  )

/** `--memory MODE` */
export const memoryOption = () =>
  new Option('--memory <mode>', 'whether a rise in memory only warns or prevents acceptance')
    .choices(['advisory', 'blocking'])
    .default('advisory')

const injectOption = () =>
  fractionOption(
    '--inject <fraction>',
    'control: add real work so that the candidate is this much faster (negative: slower)',
    (value) => value !== 0 && value >= -10 && value <= 0.9,
    'an improvement of at most 90%, or a negative one down to -1000%, but not 0, e.g. 12%',
  )

/**
 * The evaluation of one layer.
 *
 * @throws {InputError} the options contradict each other
 */
export function parseLayer(
  layer: string,
  options: EvaluateOptions,
  { cwd, words }: Invocation,
): EvaluateCommand {
  const { workload = [], timeout, require, out, threshold, standing, ...more } = options
  const { leaveOneOut, ...given } = more
  const { campaign, campaignBudget: _, defended = campaign !== undefined, ...rest } = given
  // Profiles would take longer than a quick look; a control tests the method and not the layer.
  const isProfiled = options.profile ?? (options.scale !== 'smoke' && options.inject === undefined)
  if (standing && layer !== SEQUENCE_ID)
    throw new InputError(`--standing: ${layer} is one layer; use it with evaluate ${SEQUENCE_ID}`)
  if (leaveOneOut && layer !== SEQUENCE_ID)
    throw new InputError(
      `--leave-one-out: ${layer} is one layer; use it with evaluate ${SEQUENCE_ID}`,
    )
  return {
    ...rest,
    ...thresholdOf(threshold),
    ...defined({ campaign: campaignOf(options, words) }),
    ...(defended && { defended }),
    layer,
    workloads: workload,
    looks: looksOf(options),
    fixed: options.fixed === true,
    timeoutMs: timeout,
    resume: options.resume === true,
    root: resolve(cwd, out),
    json: options.json === true,
    requireAccepted: require === 'accepted',
    profile: isProfiled,
    counts: options.counts ?? isProfiled,
    text: commandText('evaluate', layer, ...words),
  }
}

/**
 * The campaign of a command.
 *
 * @throws {InputError} a budget without a campaign, or an option that a campaign cannot have
 */
function campaignOf(
  { campaign: name, campaignBudget: budget, inject }: EvaluateOptions,
  words: readonly string[],
): CampaignChoice | undefined {
  if (name === undefined) {
    if (budget === undefined) return undefined
    throw new InputError(
      '--campaign-budget: this is the error budget of a campaign; add --campaign NAME',
    )
  }
  if (inject !== undefined)
    throw new InputError(
      '--inject: a control is not a candidate of a campaign; leave out --campaign',
    )
  if (words.some((word) => /^--seed\b/.test(word)))
    throw new InputError(
      '--seed: every round of a campaign has a fresh seed of its own; leave it out with --campaign',
    )
  return defined({ name, budget })
}

function thresholdOf(threshold: EvaluateOptions['threshold']) {
  if (threshold === undefined) return {}
  return typeof threshold === 'string'
    ? { thresholdPreset: threshold }
    : { threshold: threshold.value, bareThreshold: threshold.bare }
}

function looksOf({ scale, pairs, maxPairs, fixed }: EvaluateOptions): readonly number[] {
  if (fixed === true) return [pairs]
  const usual = pairs * Math.max(1, Math.floor(DEFAULT_MAX_PAIRS[scale] / pairs))
  return looksUpTo(maxPairs ?? usual, pairs, MOST_PAIRS)
}

/** Options that mean something for one layer and nothing for all. */
const OF_ONE_LAYER = {
  incumbent:
    '--incumbent: a sequence builds the incumbent from the layers it accepts; leave it out with evaluate all',
  inject: '--inject: a control tests the method on one layer; evaluate that layer alone',
  threshold:
    '--threshold: each layer has its own criterion, and all together have the goal of the suite; leave it out with evaluate all',
} as const

/** Options that mean something for all layers and nothing for one. */
const OF_ALL_LAYERS = ['--standing', '--leave-one-out']

function parseSequence(options: EvaluateOptions, invocation: Invocation): SequenceCommand {
  for (const option of ['incumbent', 'inject', 'threshold'] as const)
    if (options[option] !== undefined) throw new InputError(OF_ONE_LAYER[option])
  const { standing: _, leaveOneOut: __, ...rest } = options
  return {
    summary: parseLayer(SEQUENCE_ID, options, invocation),
    standing: options.standing === true,
    leaveOneOut: options.leaveOneOut === true,
    layer: (id, incumbent) => {
      const words =
        incumbent === undefined ? [] : [`--incumbent${quoted(incumbent.join(',') || 'none')}`]
      return {
        ...parseLayer(
          id,
          { ...rest, resume: false },
          {
            ...invocation,
            words: [...invocation.words.filter((word) => !OF_ALL_LAYERS.includes(word)), ...words],
          },
        ),
        ...defined({ incumbent }),
      }
    },
  }
}
