import { resolve } from 'node:path'
import { EXIT } from '../errors.js'
import { defined } from '../evidence/defined.js'
import type { CliCommand } from './command.js'
import { exitCodes } from './exit-codes.js'
import { finishInterrupted } from './finish-publication.js'
import { printJson } from './output.js'
import { jsonOption, outOption, suiteOption } from './shared-options.js'

const HELP = `
Shows what can be evaluated: the layers with their titles, the workloads with their sizes at each scale; every record
with its verdict; and evaluations that were interrupted.

Examples:
  assay list                               the suite that comes with assay
  assay list --suite bench/suite.mjs       the suite of your project
  assay list --json                        the same for programs, as one JSON document

${exitCodes({ 0: 'listed' })}`

interface ListOptions {
  readonly out: string
  readonly suite?: string
  readonly json?: boolean
}

/** `assay list`. */
export const listCommand: CliCommand<
  ListOptions,
  { readonly root: string; readonly suite?: string; readonly json?: boolean }
> = {
  name: 'list',
  summary: 'layers, workloads, scales, and records with their verdicts',
  declare(command) {
    command
      .addOption(outOption())
      .addOption(suiteOption())
      .addOption(jsonOption('the list'))
      .addHelpText('after', HELP)
  },
  parse: (_args, { out, suite, json }, { cwd }) =>
    defined({ root: resolve(cwd, out), suite, json }),
  async run({ root, suite, json }, { io, suiteOf }) {
    await finishInterrupted(root, io)
    io.endOnSignal()
    const loaded = await suiteOf(suite)
    if (json === true) {
      const { listingOf } = await import('./listing.js')
      printJson(listingOf(root, loaded.suite), io)
      return EXIT.done
    }
    const { printList } = await import('./print-list.js')
    return printList(root, loaded.suite, io)
  },
}
