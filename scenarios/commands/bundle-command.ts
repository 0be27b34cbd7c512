import { existsSync, readdirSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { Argument, Option } from 'commander'
import type { CliCommand } from '../../harness/cli/command.js'
import { EXIT, type ExitCode, InputError } from '../../harness/errors.js'
import { defined } from '../../harness/evidence/defined.js'
import type { Io } from '../../harness/io.js'
import { placesOption } from './backtest-command.js'
import { type GivenReading, readingOptions } from './given-reading.js'
import { addReadingOptions, PRICE_FILES_HELP } from './reading-options.js'

interface BundleOptions extends GivenReading {
  readonly csv?: readonly string[]
  readonly adjustments?: string
  readonly name?: string
  readonly format: 'parquet' | 'csv'
  readonly priceScale?: number
  readonly volumeScale?: number
  readonly adjustmentScale?: number
  readonly roundPrice?: boolean
  readonly roundVolume?: boolean
  readonly source?: string
}

interface BundleCommand {
  readonly action: 'ingest' | 'validate'
  /** Absolute. */
  readonly directory: string
  readonly options: BundleOptions
}

const HELP = `${PRICE_FILES_HELP}

Decimals are kept exactly: a value with more places than the scale is refused, or rounded with --round-price and
--round-volume, which the manifest notes.
The value of a split is the number of new shares per old share: 7, 0.5, or two numbers where no decimal is exact, as
1:3, 1/3, 1 for 3, or in the columns value and per. A decimal such as 0.333333333 is read as 1:3, with a note.

ingest writes manifest.json, bars.parquet and adjustments.parquet (with --format csv: bars.csv and adjustments.csv) into
DIR, all or none. A bundle already there is replaced. No other file is removed or overwritten: a bars.csv or
adjustments.csv of your own is kept beside the bundle, and a DIR with any other file is refused.

Examples
  assay bundle ingest data/mag8 --csv AAPL.csv MSFT.csv --adjustments events.csv
  assay bundle validate data/mag8`

/** `assay bundle ingest|validate DIR`. */
export const bundleCommand: CliCommand<BundleOptions, BundleCommand> = {
  name: 'bundle',
  summary: 'ingest price files into a bundle, or check a bundle',
  declare(command) {
    command
      .addArgument(
        new Argument(
          '<action>',
          'ingest: write DIR from CSV files · validate: check everything in DIR',
        ).choices(['ingest', 'validate']),
      )
      .argument('<dir>', 'directory of the bundle')
      .option(
        '--csv <files...>',
        'price files (default: bars.csv and adjustments.csv in DIR itself)',
      )
      .option(
        '--adjustments <file>',
        'splits and dividends: asset,session,kind,value (kind: split or dividend; ratios as 7, 0.5 or 1:3)',
      )
      .option('--name <name>', 'name of the bundle (default: the name of DIR)')
      .addOption(
        new Option('--format <format>', 'format of the tables')
          .choices(['parquet', 'csv'])
          .default('parquet'),
      )
      .addOption(placesOption('--price-scale', 'prices', '6'))
      .addOption(placesOption('--volume-scale', 'volumes', '4'))
      .addOption(placesOption('--adjustment-scale', 'splits and dividends', '9'))
      .option('--round-price', 'round prices with more places half-even instead of refusing them')
      .option('--round-volume', 'round volumes with more places half-even instead of refusing them')
      .option('--source <text>', 'where the numbers come from, for the manifest')
      .addHelpText('after', HELP)
    addReadingOptions(command)
  },
  parse: ([action, dir], options, { cwd }) => ({
    action: action === 'ingest' ? 'ingest' : 'validate',
    directory: resolve(cwd, String(dir)),
    options,
  }),
  async run({ action, directory, options }, { io }) {
    const { onUserInput } = await import('./engine-input.js')
    return onUserInput(() =>
      action === 'ingest' ? ingest(directory, options, io) : validate(directory, io),
    )
  },
}

async function ingest(directory: string, options: BundleOptions, io: Io): Promise<ExitCode> {
  const { checkData, ingestCsv, memoryBundle, recoverBundle, writeBundle } = await import(
    '../../engine/index.js'
  )
  await recoverBundle(directory)
  const { files, adjustments } = sourcesOf(directory, options, io.cwd)
  const { name, format, priceScale, volumeScale, adjustmentScale, source } = options
  const content = await ingestCsv(files, {
    name: name ?? basename(directory),
    scales: defined({ price: priceScale, volume: volumeScale, adjustment: adjustmentScale }),
    ...readingOptions(options),
    roundPrice: options.roundPrice === true,
    roundVolume: options.roundVolume === true,
    ...defined({ adjustments, provenance: source === undefined ? undefined : { source } }),
  })
  const manifest = await writeBundle(directory, content, { format })
  const { assets, sessions, rows, version, frequency } = manifest
  const written = ['manifest.json', ...manifest.files.map((file) => file.name)]
  const kept = readdirSync(directory).filter((entry) => !written.includes(entry))
  const data = await checkData(memoryBundle(content))
  const coarser = data.filter(({ code }) => code === 'coarser-bars')
  for (const note of [...content.notes, ...coarser.map(({ message }) => message)])
    io.stderr(`note: ${note}\n`)
  io.stdout(
    `${directory}: ${assets.length} assets, ${rows.bars} bars (${frequency}), ${rows.adjustments} adjustments, ` +
      `${sessions[0]} … ${sessions.at(-1)}\nwrote ${written.join(', ')}` +
      `${kept.length === 0 ? '' : `; kept ${kept.join(', ')}`}\nversion ${version}\n`,
  )
  return EXIT.done
}

function sourcesOf(directory: string, { csv, adjustments }: BundleOptions, cwd: string) {
  const named = adjustments === undefined ? undefined : resolve(cwd, adjustments)
  if (csv !== undefined) return { files: csv.map((file) => resolve(cwd, file)), adjustments: named }
  const bars = join(directory, 'bars.csv')
  if (!existsSync(bars))
    throw new InputError(`no price files given and ${bars} does not exist; name them with --csv`)
  const beside = join(directory, 'adjustments.csv')
  return { files: [bars], adjustments: named ?? (existsSync(beside) ? beside : undefined) }
}

async function validate(directory: string, io: Io): Promise<ExitCode> {
  const { validateBundle } = await import('../../engine/index.js')
  const findings = await validateBundle(directory)
  for (const { severity, message } of findings) io.stdout(`${severity}: ${message}\n`)
  const errors = findings.filter(({ severity }) => severity === 'error')
  if (errors.length > 0) {
    throw new InputError(
      `${directory} is not a valid bundle (${errors[0]!.message}); ingest it again from its sources`,
    )
  }
  io.stdout(`${directory} is a valid bundle\n`)
  return EXIT.done
}
