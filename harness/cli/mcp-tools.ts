import { z } from 'zod'
import { PAIR_DESIGNS, SCALE_NAMES } from '../contract.js'

/**
 * The inputs of the tools that `assay mcp` serves, and the command lines they stand for. A value is
 * always one word with its option (`--suite=VALUE`), so that none can be read as another option.
 */

const name = z.string().regex(/^[a-z0-9][a-z0-9.-]*$/, 'lower case, digits, dots and dashes')
const suite = z
  .string()
  .min(1)
  .optional()
  .describe('Path of the compiled suite module; default: the suite the server was started with')
const percent = z.string().regex(/^\d+(\.\d+)?%$/, 'a percentage such as 5%')

/** Shorter than the minute after which clients usually give a call up. */
const USUAL_BUDGET = '50s'

/** The input of `list`. */
export const listInput = z.strictObject({ suite })

/** The input of `judge`. */
export const judgeInput = z.strictObject({
  layer: name.describe('Id of the layer to judge'),
  suite,
  budget: z
    .string()
    .regex(/^\d*\.?\d+[smh]?$/, 'a time such as 60s or 2m')
    .default(USUAL_BUDGET)
    .describe('Time within which the answer comes, e.g. 60s, 2m'),
  scale: z.enum(SCALE_NAMES).optional().describe('Amount of data and work; default: standard'),
  workloads: z.array(name).optional().describe('Only these workloads; default: all of the layer'),
  incumbent: z
    .array(name)
    .optional()
    .describe('Layers below this one, such as those kept so far; default: the accepted ones'),
  threshold: percent.optional().describe('Limit of the criterion, instead of that of the layer'),
  maxPairs: z.int().min(10).max(1000).optional().describe('Pairs at most, a multiple of 10'),
  design: z.enum(PAIR_DESIGNS).optional().describe('How the arms of a pair share the machine'),
  seed: z.int().nonnegative().optional().describe('Seed of the data and of the order of runs'),
  campaign: name
    .max(64)
    .optional()
    .describe('One of many tries: one error budget for all, and a second round before keeping'),
  resume: z.boolean().optional().describe('Continue where the time ended'),
})

/** The input of `explain`. */
export const explainInput = z.strictObject({
  record: z
    .string()
    .regex(/^\d+(-[a-z0-9][a-z0-9.-]*)?$/, 'an id or a number, e.g. 0001-layer1 or 1')
    .describe('Id or number of a decision record'),
})

/** The words of `assay judge` for an input. */
export function judgeWords(input: z.output<typeof judgeInput>): string[] {
  const { workloads = [], incumbent, resume, ...single } = input
  const { layer, budget, scale, threshold, maxPairs, design, seed, campaign } = single
  const options = {
    layer,
    budget,
    scale,
    threshold,
    'max-pairs': maxPairs,
    design,
    seed,
    campaign,
    incumbent: incumbent && (incumbent.join(',') || 'none'),
  }
  return [
    'judge',
    '--json',
    ...Object.entries(options).flatMap(([option, value]) =>
      value === undefined ? [] : [`--${option}=${value}`],
    ),
    ...workloads.map((workload) => `--workload=${workload}`),
    ...(resume === true ? ['--resume'] : []),
  ]
}
