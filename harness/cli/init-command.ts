import { packageFile } from '../system/package-root.js'
import type { CliCommand } from './command.js'
import { exitCodes } from './exit-codes.js'
import { refused } from './shared-options.js'

const HELP = `
Examples:
  assay init             bench/suite.mjs; with a tsconfig.json here, bench/suite.mts and bench/tsconfig.json
  assay init perf        the same in perf/
  assay init --strategy  mine.search.ts, a strategy to search, and sp500.csv, with which it runs as it is;
                         mine.search.mjs if there is no tsconfig.json and Node does not load TypeScript itself

A file that exists is never replaced. The guide is ${packageFile('docs/other-projects.md')}.

${exitCodes({ 0: 'the files are written', 2: 'one of them exists, or the folder cannot be written' })}`

interface InitOptions {
  readonly strategy?: string | true
}

interface InitCommand extends InitOptions {
  readonly cwd: string
  readonly folder: string
}

/**
 * `assay init [folder]`: a suite to begin with, in a project of the user's own; `--strategy`: a
 * search module instead.
 */
export const initCommand: CliCommand<InitOptions, InitCommand> = {
  name: 'init',
  summary: 'write a small suite with comments into this project, to measure code of your own',
  declare(command) {
    command
      .argument('[folder]', 'folder of the suite, below this one', 'bench')
      .option(
        '--strategy [file]',
        'write a strategy and the search for its parameters instead of a suite',
      )
      .addHelpText('after', HELP)
  },
  parse: ([folder], { strategy }, { cwd }) => ({
    cwd,
    folder: parseFolder(String(folder)),
    ...(strategy !== undefined && { strategy: parseStrategy(strategy) }),
  }),
  async run({ cwd, folder, strategy }, { io }) {
    if (strategy !== undefined) {
      const { initStrategy } = await import('./init-strategy.js')
      return initStrategy(cwd, strategy === true ? undefined : strategy, io)
    }
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

function parseStrategy(file: string | true): string | true {
  if (file === true || (NAME.test(file) && /\.m?[jt]s$/.test(file))) return file
  throw refused('--strategy', `'${file}'`, 'a file in this folder, such as mine.search.ts')
}
