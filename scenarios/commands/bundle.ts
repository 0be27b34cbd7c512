import { existsSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { z } from 'zod'
import {
  type IngestOptions,
  ingestCsv,
  type Scales,
  validateBundle,
  writeBundle,
} from '../../engine/index.js'
import type { ExtraCommand } from '../../harness/cli/extra-command.js'
import { EXIT, type ExitCode, InputError } from '../../harness/errors.js'
import type { Io } from '../../harness/io.js'
import { onUserInput } from './engine-input.js'

/** `assay bundle ingest|validate DIR`. */
export const bundleCommand: ExtraCommand = {
  name: 'bundle',
  summary: 'ingest price files into a bundle, or check a bundle',
  declare(command) {
    command
      .argument('<action>', 'ingest: write DIR from CSV files · validate: check everything in DIR')
      .argument('<dir>', 'directory of the bundle')
      .option(
        '--csv <files...>',
        'price files; where absent, ingest takes bars.csv and adjustments.csv of DIR itself',
      )
      .option(
        '--adjustments <file>',
        'splits and dividends: asset,session,kind,value (kind: split or dividend)',
      )
      .option('--name <name>', 'name of the bundle (default: the name of DIR)')
      .option('--format <format>', 'parquet or csv', 'parquet')
      .option('--price-scale <places>', 'decimal places kept of prices (default: 6)')
      .option('--volume-scale <places>', 'decimal places kept of volumes (default: 4)')
      .option(
        '--adjustment-scale <places>',
        'decimal places kept of splits and dividends (default: 9)',
      )
      .option('--round-price', 'round prices beyond their scale half-even instead of refusing them')
      .option(
        '--round-volume',
        'round volumes beyond their scale half-even instead of refusing them',
      )
      .option('--source <text>', 'where the numbers come from, for the manifest')
      .addHelpText(
        'after',
        `
Price files have a header with date (or session, timestamp, time), open, high, low, close and volume, in any order; an asset (or
ticker, symbol) column where one file holds several, otherwise the asset is named after the file. Other columns are ignored.
Decimals are kept exactly: a value with more places than the scale is refused, and rounded only when asked for, which the manifest then says.

Examples
  assay bundle ingest data/mag8 --csv AAPL.csv MSFT.csv --adjustments events.csv
  assay bundle validate data/mag8`,
      )
  },
  async run([action, dir], options, { io }) {
    const given = parseOptions(options)
    const directory = resolve(io.cwd, String(dir))
    if (action === 'ingest') return onUserInput(() => ingest(directory, given, io))
    if (action === 'validate') return onUserInput(() => validate(directory, io))
    throw new InputError(
      `unknown action ${String(action).slice(0, 60)} of assay bundle; use ingest or validate`,
    )
  },
}

const scale = z
  .string()
  .regex(/^(\d|1[0-5])$/, 'a scale must be a whole number from 0 to 15')
  .transform(Number)
  .optional()

const optionsSchema = z.object({
  csv: z.array(z.string().min(1)).optional(),
  adjustments: z.string().min(1).optional(),
  name: z.string().min(1).optional(),
  format: z.enum(['parquet', 'csv'], '--format must be parquet or csv'),
  priceScale: scale,
  volumeScale: scale,
  adjustmentScale: scale,
  roundPrice: z.boolean().optional(),
  roundVolume: z.boolean().optional(),
  source: z.string().optional(),
})
type BundleOptions = z.infer<typeof optionsSchema>

function parseOptions(options: Readonly<Record<string, unknown>>): BundleOptions {
  const parsed = optionsSchema.safeParse(options)
  if (parsed.success) return parsed.data
  throw new InputError(`${parsed.error.issues[0]!.message}; see assay bundle --help`)
}

async function ingest(directory: string, options: BundleOptions, io: Io): Promise<ExitCode> {
  const { files, adjustments } = sourcesOf(directory, options, io.cwd)
  const { priceScale, volumeScale, adjustmentScale, source } = options
  const scales: Partial<Scales> = {
    ...(priceScale !== undefined && { price: priceScale }),
    ...(volumeScale !== undefined && { volume: volumeScale }),
    ...(adjustmentScale !== undefined && { adjustment: adjustmentScale }),
  }
  const ingestOptions: IngestOptions = {
    name: options.name ?? basename(directory),
    scales,
    roundPrice: options.roundPrice === true,
    roundVolume: options.roundVolume === true,
    ...(adjustments !== undefined && { adjustments }),
    ...(source !== undefined && { provenance: { source } }),
  }
  const manifest = await writeBundle(directory, await ingestCsv(files, ingestOptions), {
    format: options.format,
  })
  const { assets, sessions, rows, version, provenance } = manifest
  if (provenance.notes !== undefined) io.stderr(`note: ${provenance.notes}\n`)
  io.stdout(
    `${directory}: ${assets.length} assets, ${rows.bars} bars (${manifest.frequency}), ${rows.adjustments} adjustments, ` +
      `${sessions[0]} … ${sessions.at(-1)}\nversion ${version}\n`,
  )
  return EXIT.done
}

function sourcesOf(directory: string, { csv, adjustments }: BundleOptions, cwd: string) {
  const named = adjustments === undefined ? undefined : resolve(cwd, adjustments)
  if (csv !== undefined) return { files: csv.map((file) => resolve(cwd, file)), adjustments: named }
  const bars = join(directory, 'bars.csv')
  if (!existsSync(bars))
    throw new InputError(`no price files given and ${bars} does not exist; name them with --csv`)
  const own = join(directory, 'adjustments.csv')
  return { files: [bars], adjustments: named ?? (existsSync(own) ? own : undefined) }
}

async function validate(directory: string, io: Io): Promise<ExitCode> {
  const findings = await validateBundle(directory)
  for (const { severity, message } of findings) io.stdout(`${severity}: ${message}\n`)
  const errors = findings.filter(({ severity }) => severity === 'error')
  if (errors.length > 0) {
    throw new InputError(
      `${directory} is not a sound bundle (${errors[0]!.message}); ingest it again from its sources`,
    )
  }
  io.stdout(`${directory} is a sound bundle\n`)
  return EXIT.done
}
