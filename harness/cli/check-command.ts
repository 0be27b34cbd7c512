import { resolve } from 'node:path'
import type { CliCommand } from './command.js'
import { exitCodes } from './exit-codes.js'
import { finishInterrupted } from './finish-publication.js'
import { outOption } from './shared-options.js'

const HELP = `
Looks at everything in decisions/, profiling-results/ and reports/: derives every record, page, index and calibration
again, and names what no command wrote: foreign files, links, empty folders, evidence without a plan.

Examples:
  assay check                         the evidence of this project
  assay check --out ../elsewhere      another evidence root

${exitCodes({
  0: 'everything is derived again and known',
  2: 'no evidence there',
  5: 'one line per problem, with the place and how to mend it',
})}`

/** `assay check`. */
export const checkCommand: CliCommand<{ readonly out: string }, { readonly root: string }> = {
  name: 'check',
  summary: 'look at everything in an evidence root; name what is wrong and how to mend it (exit 5)',
  declare(command) {
    command.addOption(outOption()).addHelpText('after', HELP)
  },
  parse: (_args, { out }, { cwd }) => ({ root: resolve(cwd, out) }),
  async run({ root }, { io }) {
    await finishInterrupted(root, io)
    io.endOnSignal()
    const { checkEvidence } = await import('./check-evidence.js')
    return checkEvidence(root, io)
  },
}
