import { packageFile } from '../system/package-root.js'
import type { CliCommand } from './command.js'
import { exitCodes } from './exit-codes.js'
import { refused } from './shared-options.js'

const HELP = `
Examples:
  assay init             bench/suite.mjs; with a tsconfig.json here, bench/suite.mts and bench/tsconfig.json
  assay init perf        the same in perf/

A file that exists is never replaced. The guide is ${packageFile('docs/other-projects.md')}.

${exitCodes({ 0: 'the files are written', 2: 'one of them exists, or the folder cannot be written' })}`

/** `assay init [folder]`: a suite to begin with, in a project of the user's own. */
export const initCommand: CliCommand<object, { readonly cwd: string; readonly folder: string }> = {
  name: 'init',
  summary: 'write a small suite with comments into this project, to measure code of your own',
  declare(command) {
    command
      .argument('[folder]', 'folder of the suite, below this one', 'bench')
      .addHelpText('after', HELP)
  },
  parse: ([folder], _options, { cwd }) => ({ cwd, folder: parseFolder(String(folder)) }),
  async run({ cwd, folder }, { io }) {
    const { initProject } = await import('./init-project.js')
    return initProject(cwd, folder, io)
  },
}

/** Names of letters, digits, dots, dashes and underscores: they need no quotes anywhere. */
const NAME = /^(?!\.{1,2}$|-)[\w.-]+$/

function parseFolder(text: string): string {
  const folder = text.replace(/^\.\//, '').replace(/\/$/, '')
  if (folder.split('/').every((name) => NAME.test(name))) return folder
  throw refused('folder', `'${text}'`, 'a folder below this one, e.g. bench')
}
