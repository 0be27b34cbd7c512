import { Writable } from 'node:stream'
import { type CallToolResult, McpServer, type ServerContext } from '@modelcontextprotocol/server'
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio'
import { EXIT, type ExitCode, InputError, messageOf } from '../errors.js'
import type { Io } from '../io.js'
import { failedJudgement } from '../record/failed-judgement.js'
import { type Judgement, judgementSchema } from '../record/judgement-schema.js'
import { runProgram } from '../system/run-program.js'
import type { CommandContext } from './command.js'
import { explainRecord, explanationLines } from './explain-record.js'
import { judgementLines } from './judgement-lines.js'
import type { McpCommand } from './mcp-command.js'
import { explainInput, judgeInput, judgeWords, listInput } from './mcp-tools.js'
import { LONGEST_TIMEOUT_S } from './shared-options.js'

/**
 * `assay mcp`: serves the tools over stdin and stdout until stdin is closed.
 *
 * @throws {Interrupted} the user stopped it
 */
export async function serveTools(
  command: McpCommand,
  { io, packageVersion }: CommandContext,
): Promise<ExitCode> {
  const stopped = new AbortController()
  const signal = AbortSignal.any([io.signal, stopped.signal])
  const server = { ...command, io, packageVersion, signal }
  // Its own stdout is kept for results; what a module writes there goes to stderr.
  const stdout = new Writable({
    write(chunk: Buffer, _encoding, done) {
      io.stdout(chunk.toString('utf8'))
      done()
    },
  })
  const serving = serveStdio(() => withTools(server), {
    transport: new StdioServerTransport(process.stdin, stdout),
    onerror: (error) => io.stderr(`assay mcp: ${messageOf(error)}\n`),
  })
  await endOf(process.stdin, io.signal)
  stopped.abort(new InputError('the client has closed the connection'))
  await serving.close()
  io.signal.throwIfAborted()
  return EXIT.done
}

/** Waits until a stream has ended or a signal is aborted. */
function endOf(stdin: NodeJS.ReadStream, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => resolve()
    if (stdin.readableEnded || stdin.destroyed || signal.aborted) return done()
    stdin.once('end', done)
    stdin.once('close', done)
    signal.addEventListener('abort', done, { once: true })
  })
}

/** What the tools work with. */
interface ToolServer extends McpCommand {
  readonly io: Io
  readonly packageVersion: string
  /** Aborted when the server ends, with everything it has started. */
  readonly signal: AbortSignal
}

function withTools(server: ToolServer): McpServer {
  const tools = new McpServer({ name: 'assay', version: server.packageVersion })
  tools.registerTool(
    'list',
    {
      title: 'List layers, workloads and records',
      description:
        'What can be judged (layers, workloads) and what was decided (records with their verdicts).',
      inputSchema: listInput,
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    ({ suite }, context) => answer(() => list(server, suite, context)),
  )
  tools.registerTool(
    'judge',
    {
      title: 'Keep or discard a layer',
      description:
        'Proves that the layer changes no result, measures it against the baseline, and answers keep: true only if it is accepted. Anything else, an error too, means discard. Judge a candidate once: each repeated judgement is one more chance to err.',
      inputSchema: judgeInput,
      annotations: { readOnlyHint: false, destructiveHint: false, openWorldHint: false },
    },
    (input, context) => answer(() => judge(server, input, context)),
  )
  tools.registerTool(
    'explain',
    {
      title: 'Explain a record',
      description:
        'A decision record in detail: verdict, reasons, effects with intervals, warnings, where the time goes, paths.',
      inputSchema: explainInput,
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    ({ record }) =>
      answer(() => {
        const explained = explainRecord(server.root, record)
        return result(explained, explanationLines(explained))
      }),
  )
  return tools
}

/** The result of a tool; what it throws becomes an error of the tool, and never a result. */
async function answer(
  tool: () => CallToolResult | Promise<CallToolResult>,
): Promise<CallToolResult> {
  try {
    return await tool()
  } catch (error) {
    return failure(messageOf(error))
  }
}

function result(structured: object, lines: readonly string[]): CallToolResult {
  return {
    content: [{ type: 'text', text: lines.join('\n') }],
    structuredContent: { ...structured },
  }
}

function failure(text: string, structured?: object): CallToolResult {
  return {
    isError: true,
    content: [{ type: 'text', text }],
    ...(structured && { structuredContent: { ...structured } }),
  }
}

async function list(
  server: ToolServer,
  suite: string | undefined,
  context: ServerContext,
): Promise<CallToolResult> {
  const { stdout, problem } = await runCommand(server, ['list', '--json'], suite, context)
  if (problem !== undefined) return failure(problem)
  const listed = JSON.parse(stdout) as object
  return result(listed, [stdout])
}

async function judge(
  server: ToolServer,
  input: Parameters<typeof judgeWords>[0],
  context: ServerContext,
): Promise<CallToolResult> {
  const { stdout, problem } = await runCommand(server, judgeWords(input), input.suite, context)
  const judged = judgementOf(stdout)
  if (judged === undefined) {
    const message = `the command ended without a judgement: ${problem ?? 'its output is damaged'}`
    return failure(message, failedJudgement({ exitCode: EXIT.internal, message }))
  }
  if ('error' in judged) return failure(judged.error.message, judged)
  if (judged.keep && problem !== undefined)
    return failure(`the command answered keep, but failed: ${problem}`)
  return result(judged, judgementLines(judged as Judgement))
}

function judgementOf(stdout: string) {
  try {
    return judgementSchema.safeParse(JSON.parse(stdout)).data
  } catch {
    return undefined
  }
}

/**
 * Runs a command line in a process of its own, which loads the suite as it is now. It ends with the
 * call, with the server, and with this process.
 */
async function runCommand(
  { root, io, signal, suite: usual }: ToolServer,
  words: readonly string[],
  given: string | undefined,
  { mcpReq }: ServerContext,
): Promise<{ readonly stdout: string; readonly problem: string | undefined }> {
  const main = process.argv[1]
  if (main === undefined) throw new InputError('assay mcp was not started from a file')
  const suite = given ?? usual
  const args = [
    main,
    ...words,
    `--out=${root}`,
    ...(suite === undefined ? [] : [`--suite=${suite}`]),
  ]
  let stdout = ''
  const problem = await runProgram({
    file: process.execPath,
    args,
    cwd: io.cwd,
    env: io.env,
    timeoutMs: LONGEST_TIMEOUT_S * 1000,
    signal: AbortSignal.any([signal, mcpReq.signal]),
    onStdout: (text) => {
      stdout += text
    },
  })
  return { stdout, problem }
}
