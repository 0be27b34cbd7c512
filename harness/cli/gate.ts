import { appendFileSync, existsSync } from 'node:fs'
import { dirname, isAbsolute, join, relative } from 'node:path'
import { quoteLine } from '../calibrate/calibration-words.js'
import type { ExitCode } from '../errors.js'
import { gateMarkdown } from '../gate/gate-markdown.js'
import type { GateReport } from '../gate/gate-report.js'
import { gateText } from '../gate/gate-text.js'
import { runGate } from '../gate/run-gate.js'
import type { Io } from '../io.js'
import { createProgress } from '../progress.js'
import { gateExitCode } from '../verdict/gate.js'
import { calibrateHint } from './calibrate-options.js'
import type { GateCommand } from './gate-options.js'

/** Names a file that GitHub shows as the summary of a job. */
const SUMMARY_VARIABLE = 'GITHUB_STEP_SUMMARY'

/**
 * `assay gate`: head against its base, told to a terminal.
 *
 * @returns 0 pass · 1 fail · 3 inconclusive · 4 not equivalent · 5 not comparable
 */
export async function gateCommand(
  command: GateCommand,
  packageVersion: string,
  io: Io,
): Promise<ExitCode> {
  const { json, text, out } = command
  const say = (line: string) => (json ? io.stderr : io.stdout)(`${line}\n`)
  const report = await runGate({
    ...command,
    command: text,
    calibrateCommand: calibrateHint(command.rule),
    packageVersion,
    io,
    progress: createProgress(io),
    onLine: say,
  })
  if (report.calibration !== undefined) say(quoteLine(report.calibration))
  say(gateText(report).trimEnd())
  say(`written       ${shown(io, join(out, 'gate.md'))} · ${shown(io, join(out, 'gate.json'))}`)
  if (report.problem !== undefined) io.stderr(`assay: ${report.problem}\n`)
  if (json) io.stdout(`${JSON.stringify(report, null, 2)}\n`)
  appendSummary(report, io)
  return gateExitCode(report.verdict)
}

/**
 * On GitHub: the report as part of the summary of the job. That it cannot be written changes no
 * verdict.
 */
function appendSummary(report: GateReport, io: Io): void {
  const path = io.env[SUMMARY_VARIABLE]
  if (path === undefined || path === '') return
  try {
    if (!isAbsolute(path) || !existsSync(dirname(path)))
      throw new Error('not the path of a file that could be')
    appendFileSync(path, gateMarkdown(report))
  } catch (error) {
    io.stderr(
      `warning: no summary in ${SUMMARY_VARIABLE}=${path}: ${error instanceof Error ? error.message : String(error)}\n`,
    )
  }
}

/** A path as the user would type it. */
function shown(io: Io, path: string): string {
  const short = relative(io.cwd, path)
  return short.startsWith('..') ? path : short
}
