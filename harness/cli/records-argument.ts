import { resolve } from 'node:path'
import type { Command } from 'commander'
import { InputError } from '../errors.js'
import { defined } from '../evidence/defined.js'
import { outOption } from './shared-options.js'

export interface RecordOptions {
  readonly all?: boolean
  readonly out: string
}

/** The records that a command is about. */
export interface ChosenRecords {
  /** Evidence root, absolute. */
  readonly root: string
  /** Id or number of one record; if undefined, all records. */
  readonly name?: string
}

/** Declares `[record]`, `--all` and `--out`. */
export function declareRecords(command: Command, all: string): Command {
  return command
    .argument('[record]', 'id or number of a record, e.g. 0001-layer1 or 1')
    .option('--all', all)
    .addOption(outOption())
}

/** @throws {InputError} neither a record nor `--all`, or both */
export function parseRecords(
  record: unknown,
  { all, out }: RecordOptions,
  cwd: string,
): ChosenRecords {
  if ((record === undefined) === (all !== true))
    throw new InputError('give one record, e.g. 0001 or 0001-layer1, or --all')
  return defined({ root: resolve(cwd, out), name: record as string | undefined })
}
