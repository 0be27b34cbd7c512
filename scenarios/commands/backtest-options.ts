import { resolve } from 'node:path'
import { z } from 'zod'
import {
  type CommissionModel,
  type DividendPolicy,
  defaults,
  type FillPolicy,
  type LogLevel,
  type OptimizationConfig,
  pureBaseline,
  type ReturnType,
  type SlippageModel,
} from '../../engine/index.js'
import { InputError } from '../../harness/errors.js'
import { foldStack } from '../../harness/measurement/stack.js'
import { unknownName } from '../../harness/text/nearest-name.js'
import { suite } from '../suite.js'

/** `assay backtest` as asked for, checked. */
export interface BacktestOptions {
  readonly source:
    | { readonly kind: 'csv'; readonly files: readonly string[] }
    | { readonly kind: 'bundle'; readonly directory: string }
  readonly adjustments?: string
  readonly priceScale?: number
  readonly volumeScale?: number
  readonly roundPrice: boolean
  readonly roundVolume: boolean
  readonly strategy: { readonly fast: number; readonly slow: number; readonly shares: number }
  readonly cash: string
  readonly returnType: ReturnType
  readonly config: OptimizationConfig
  readonly start?: string
  readonly end?: string
  readonly fill: FillPolicy
  readonly dividendPolicy: DividendPolicy
  readonly slippage: SlippageModel
  readonly commission: CommissionModel
  readonly log: LogLevel
  readonly json: boolean
}

const whole = (name: string, least: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, `${name} must be a whole number`)
    .transform(Number)
    .refine((value) => value >= least, `${name} must be at least ${least}`)

const oneOf = <const T extends readonly [string, ...string[]]>(name: string, values: T) =>
  z.enum(values, {
    error: ({ input }) => `${name} '${String(input)}' is unknown; use ${values.join(' or ')}`,
  })

const rawSchema = z
  .object({
    csv: z.array(z.string().min(1)).optional(),
    bundle: z.string().min(1).optional(),
    adjustments: z.string().min(1).optional(),
    priceScale: whole('--price-scale', 0).optional(),
    volumeScale: whole('--volume-scale', 0).optional(),
    roundPrice: z.boolean().optional(),
    roundVolume: z.boolean().optional(),
    strategy: oneOf('--strategy', ['sma-crossover']),
    fast: whole('--fast', 1),
    slow: whole('--slow', 2),
    shares: z
      .string()
      .regex(
        /^\d{1,9}(\.\d{1,8})?$/,
        '--shares must be a positive number with at most 8 decimal places',
      )
      .transform(Number)
      .refine((value) => value > 0, '--shares must be above 0'),
    cash: z
      .string()
      .regex(/^\d{1,12}(\.\d+)?$/, '--cash must be a plain positive amount, e.g. 1000000')
      .refine((value) => Number(value) > 0, '--cash must be above 0'),
    returnType: oneOf('--return-type', ['dataframe', 'array']).optional(),
    config: z.string(),
    start: z.string().optional(),
    end: z.string().optional(),
    fill: oneOf('--fill', ['next-open', 'next-close']),
    dividendPolicy: oneOf('--dividend-policy', ['prior-close', 'ex-close']),
    slippage: z.string(),
    commission: z.string(),
    log: oneOf('--log', ['silent', 'warn', 'debug']),
    json: z.boolean().optional(),
  })
  .refine(
    ({ csv, bundle }) => (csv === undefined) !== (bundle === undefined),
    'give either --csv FILE… or --bundle DIR',
  )
  .refine(({ fast, slow }) => fast < slow, '--fast must be smaller than --slow')
  .refine(
    ({ adjustments, csv }) => adjustments === undefined || csv !== undefined,
    '--adjustments goes with --csv; a bundle holds its own',
  )

/**
 * Checks what commander parsed.
 *
 * @param cwd  relative paths start here
 * @param env  read by `--config defaults` alone
 * @throws {InputError} one line: what is wrong, and what is accepted
 */
export function parseBacktestOptions(
  options: Readonly<Record<string, unknown>>,
  cwd: string,
  env: Readonly<Record<string, string | undefined>>,
): BacktestOptions {
  const parsed = rawSchema.safeParse(options)
  if (!parsed.success)
    throw new InputError(`${parsed.error.issues[0]!.message}; see assay backtest --help`)
  const given = parsed.data
  const config = parseConfig(given.config, env)
  return {
    source:
      given.csv === undefined
        ? { kind: 'bundle', directory: resolve(cwd, given.bundle!) }
        : { kind: 'csv', files: given.csv.map((file) => resolve(cwd, file)) },
    ...(given.adjustments !== undefined && { adjustments: resolve(cwd, given.adjustments) }),
    ...(given.priceScale !== undefined && { priceScale: given.priceScale }),
    ...(given.volumeScale !== undefined && { volumeScale: given.volumeScale }),
    roundPrice: given.roundPrice === true,
    roundVolume: given.roundVolume === true,
    strategy: { fast: given.fast, slow: given.slow, shares: given.shares },
    cash: given.cash,
    returnType: given.returnType ?? (config.arrayReturns ? 'array' : 'dataframe'),
    config,
    ...(given.start !== undefined && { start: given.start }),
    ...(given.end !== undefined && { end: given.end }),
    fill: given.fill,
    dividendPolicy: given.dividendPolicy,
    slippage: parseSlippage(given.slippage),
    commission: parseCommission(given.commission),
    log: given.log,
    json: given.json === true,
  }
}

/** `baseline`, `defaults`, or layer ids joined by `+`. */
function parseConfig(
  text: string,
  env: Readonly<Record<string, string | undefined>>,
): OptimizationConfig {
  if (text === 'baseline') return pureBaseline()
  if (text === 'defaults') return defaults(env)
  const layers = suite.layers.map(({ id }) => id)
  const stack = text.split('+')
  const unknown = stack.find((id) => !layers.includes(id))
  if (unknown !== undefined)
    throw unknownName('--config', unknown.slice(0, 60), ['baseline', 'defaults', ...layers])
  return foldStack(suite, stack)
}

function parseSlippage(text: string): SlippageModel {
  if (text === 'none') return { kind: 'none' }
  const fixed = /^bps:(\d+(?:\.\d+)?)$/.exec(text)
  if (fixed !== null) return { kind: 'fixed', basisPoints: Number(fixed[1]) }
  const share = /^volume-share:(\d*\.?\d+):(\d*\.?\d+)$/.exec(text)
  if (share !== null)
    return { kind: 'volume-share', limit: Number(share[1]), impact: Number(share[2]) }
  throw new InputError(
    `--slippage '${text.slice(0, 60)}' is unknown; use none, bps:5 or volume-share:0.025:0.1 (limit, impact)`,
  )
}

function parseCommission(text: string): CommissionModel {
  if (text === 'none') return { kind: 'none' }
  const match = /^(per-share|per-trade|per-dollar):(\d*\.?\d+)$/.exec(text)
  if (match === null) {
    throw new InputError(
      `--commission '${text.slice(0, 60)}' is unknown; use none, per-share:0.005, per-trade:1 or per-dollar:0.001`,
    )
  }
  const [, kind, amount = ''] = match
  if (kind === 'per-dollar') return { kind, rate: amount }
  return { kind: kind === 'per-share' ? kind : 'per-trade', cost: amount }
}
