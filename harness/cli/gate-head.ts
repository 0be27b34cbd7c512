import { appendFileSync, existsSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import { quoteLine } from '../calibrate/calibration-words.js'
import { type ExitCode, messageOf } from '../errors.js'
import { gateMarkdown } from '../gate/gate-markdown.js'
import type { GateReport } from '../gate/gate-report.js'
import type { GateSetting } from '../gate/gate-request.js'
import { gateText } from '../gate/gate-text.js'
import { runGate } from '../gate/run-gate.js'
import type { Io } from '../io.js'
import { createProgress } from '../progress.js'
import { gateExitCode } from '../verdict/gate.js'
import { calibrateHint } from './calibrate-command.js'
import type { CommandContext } from './command.js'
import { isOwnRepository } from './command-text.js'
import { linePrinter, printJson, shownPath } from './output.js'

/** A `gate` command, checked as far as that is possible without the repository. */
export interface GateCommand extends GateSetting {
  readonly json: boolean
  /** The command again, for people to repeat. */
  readonly text: string
}

/** Names a file that GitHub shows as the summary of a job. */
const SUMMARY_VARIABLE = 'GITHUB_STEP_SUMMARY'

/**
 * `assay gate`: measures HEAD against its base and prints the report.
 *
 * @returns 0 pass · 1 fail · 3 inconclusive · 4 not equivalent · 5 not comparable
 */
export async function gateHead(
  command: GateCommand,
  { io, packageVersion }: CommandContext,
): Promise<ExitCode> {
  const { json, text, out } = command
  const printLine = linePrinter(json, io)
  const report = await runGate({
    ...command,
    command: text,
    calibrateCommand: calibrateHint(
      { ...command.rule, ...(!isOwnRepository(io.cwd) && { suite: command.module }) },
      io.cwd,
    ),
    packageVersion,
    io,
    progress: createProgress(io),
    onLine: printLine,
  })
  if (report.calibration !== undefined) printLine(quoteLine(report.calibration))
  printLine(gateText(report, shownPath(out, io)).trimEnd())
  const files = ['gate.md', 'gate.json'].map((name) => shownPath(join(out, name), io))
  printLine(`written       ${files.join(' · ')}`)
  if (report.problem !== undefined) io.stderr(`assay: ${report.problem}\n`)
  if (json) printJson(report, io)
  appendSummary(report, io)
  return gateExitCode(report.verdict)
}

/**
 * On GitHub, appends the report to the summary of the job. If that fails, it warns; the verdict
 * stays.
 */
function appendSummary(report: GateReport, io: Io): void {
  const path = io.env[SUMMARY_VARIABLE]
  if (path === undefined || path === '') return
  try {
    if (!isAbsolute(path) || !existsSync(dirname(path)))
      throw new Error('not an absolute path in an existing directory')
    appendFileSync(path, gateMarkdown(report))
  } catch (error) {
    io.stderr(`warning: no summary in ${SUMMARY_VARIABLE}=${path}: ${messageOf(error)}\n`)
  }
}
