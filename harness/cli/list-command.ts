import { resolve } from 'node:path'
import { defined } from '../evidence/defined.js'
import type { CliCommand } from './command.js'
import { exitCodes } from './exit-codes.js'
import { finishInterrupted } from './finish-publication.js'
import { outOption, suiteOption } from './shared-options.js'

const HELP = `
Shows what can be evaluated: the layers with their titles, the workloads with their sizes at each scale; every record
with its verdict; and evaluations that were interrupted.

Examples:
  assay list                               the suite that comes with assay
  assay list --suite bench/suite.mjs       the suite of your project

${exitCodes({ 0: 'listed' })}`

/** `assay list`. */
export const listCommand: CliCommand<
  { readonly out: string; readonly suite?: string },
  { readonly root: string; readonly suite?: string }
> = {
  name: 'list',
  summary: 'layers, workloads, scales, and records with their verdicts',
  declare(command) {
    command.addOption(outOption()).addOption(suiteOption()).addHelpText('after', HELP)
  },
  parse: (_args, { out, suite }, { cwd }) => defined({ root: resolve(cwd, out), suite }),
  async run({ root, suite }, { io, suiteOf }) {
    await finishInterrupted(root, io)
    io.endOnSignal()
    const { printList } = await import('./print-list.js')
    return printList(root, (await suiteOf(suite)).suite, io)
  },
}
