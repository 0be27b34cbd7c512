import { resolve } from 'node:path'
import { defined } from '../evidence/defined.js'
import type { CliCommand } from './command.js'
import { finishInterrupted } from './finish-publication.js'
import { outOption, suiteOption } from './shared-options.js'

/** `assay list`. */
export const listCommand: CliCommand<
  { readonly out: string; readonly suite?: string },
  { readonly root: string; readonly suite?: string }
> = {
  name: 'list',
  summary: 'layers, workloads, scales, and records with their verdicts',
  declare(command) {
    command.addOption(outOption()).addOption(suiteOption())
  },
  parse: (_args, { out, suite }, { cwd }) => defined({ root: resolve(cwd, out), suite }),
  async run({ root, suite }, { io, suiteOf }) {
    await finishInterrupted(root, io)
    io.endOnSignal()
    const { printList } = await import('./print-list.js')
    return printList(root, (await suiteOf(suite)).suite, io)
  },
}
