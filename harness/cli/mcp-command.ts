import { resolve } from 'node:path'
import { InputError, messageOf } from '../errors.js'
import { defined } from '../evidence/defined.js'
import type { CliCommand } from './command.js'
import { exitCodes } from './exit-codes.js'
import { outOption, suiteOption } from './shared-options.js'

/** An `mcp` command. */
export interface McpCommand {
  /** Evidence root, absolute. */
  readonly root: string
  /** The suite of tools that are called without one. */
  readonly suite?: string
}

const HELP = `
Serves three tools of the Model Context Protocol over stdin and stdout, for programs that optimize code: list (layers,
workloads, records), judge (keep or discard a layer, within a given time) and explain (a record in detail). Each call
that loads a suite works in a process of its own, so that a changed suite is measured as it is now. Closing stdin or
Ctrl-C ends the server with everything it has started.

Example of an entry in the settings of a client:
  { "mcpServers": { "assay": { "command": "npx", "args": ["assay", "mcp", "--suite", "bench/suite.mjs"] } } }

${exitCodes({ 0: 'stdin was closed' })}`

const SDK = '@modelcontextprotocol/server'

/** `assay mcp`. */
export const mcpCommand: CliCommand<{ readonly out: string; readonly suite?: string }, McpCommand> =
  {
    name: 'mcp',
    summary: 'serve list, judge and explain to programs over stdio (Model Context Protocol)',
    declare(command) {
      command.addOption(suiteOption()).addOption(outOption()).addHelpText('after', HELP)
    },
    parse: (_args, { out, suite }, { cwd }) => defined({ root: resolve(cwd, out), suite }),
    async run(command, context) {
      const { serveTools } = await import('./mcp-server.js').catch((cause: unknown) => {
        throw isSdkMissing(cause)
          ? new InputError(`assay mcp needs the package ${SDK}; install it: npm install ${SDK}`, {
              cause,
            })
          : cause
      })
      return serveTools(command, context)
    },
  }

function isSdkMissing(cause: unknown): boolean {
  const { code } = cause as { readonly code?: unknown }
  return code === 'ERR_MODULE_NOT_FOUND' && messageOf(cause).includes(SDK)
}
