import { type Command, Option } from 'commander'
import { refused } from '../../harness/cli/shared-options.js'
import { packageFile } from '../../harness/system/package-root.js'

/** What price files may be, for `--help`. */
export const PRICE_FILES_HELP = `
Price files are csv (comma, semicolon, tab or |), gzip or Parquet, with a header that names date, open, high, low, close
and volume in any order; a symbol (or asset, ticker) column where one file holds several assets, otherwise the asset is
named after the file. Other columns are ignored. What can be read in one way only is read; where a file is ambiguous,
the message names the option that decides. All forms of dates and numbers: ${packageFile('docs/price-files.md')}.`

/** Declares the options that decide what a price file does not. */
export function addReadingOptions(command: Command): void {
  command
    .option(
      '--date-format <form>',
      'form of the dates, where the files do not decide: dd/mm/yyyy, mm/dd/yyyy, epoch-s, excel, …',
    )
    .addOption(
      new Option(
        '--decimal-comma',
        'commas in numbers are decimal: 1,234 is less than 2',
      ).conflicts('thousandsComma'),
    )
    .option('--thousands-comma', 'commas in numbers group thousands: 1,234 is more than 1000')
    .option(
      '--timezone <zone>',
      'zone of times without an offset: America/New_York, +05:30 (default: UTC)',
    )
    .addOption(
      new Option(
        '--assume-volume <units>',
        'volume of every bar in files without a volume column (default: 0, and no order fills)',
      ).argParser(parseVolume),
    )
}

function parseVolume(text: string): string {
  if (/^\d{1,15}(\.\d{1,15})?$/.test(text)) return text
  throw refused('--assume-volume', text, 'a plain amount, e.g. 1000000')
}
