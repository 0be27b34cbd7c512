import { performance } from 'node:perf_hooks'
import { OutOfTime, type TimeBudget } from '../evaluation/time-budget.js'
import { defined } from '../evidence/defined.js'
import type { Io } from '../io.js'
import type { ImportLimits } from '../measurement/load-suite.js'
import { failedJudgement } from '../record/failed-judgement.js'
import { jsonText } from '../system/json-text.js'
import type { JudgeCommand } from './judge-command.js'

/** The limit of time of a command, from now on. */
export interface Deadline {
  /** Its signal is aborted by the user, or by the deadline with an `OutOfTime`. */
  readonly io: Io
  /** Absent without a limit. */
  readonly budget?: TimeBudget
  /** When the import of a suite is given up. */
  limits(): ImportLimits
  stop(): void
}

/** A suite whose import computes without an end is given up this long after the deadline, ms. */
const IMPORT_GRACE_MS = 500

/** The exit code that a shell shows for a process that was killed. */
const KILLED = 137

/** Starts the clock of a command. */
export function startDeadline(
  { evaluate: { json, suite }, budgetMs, commandFor }: JudgeCommand,
  io: Io,
): Deadline {
  const message = `--suite ${suite}: its import computes without an end`
  const lastWords = json
    ? `${jsonText(failedJudgement({ exitCode: KILLED, message }), 2)}\n`
    : undefined
  if (budgetMs === undefined)
    return { io, limits: () => defined({ signal: io.signal, lastWords }), stop: () => {} }
  const endsAt = performance.now() + budgetMs
  const leftMs = () => Math.max(0, endsAt - performance.now())
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(new OutOfTime()), budgetMs)
  const signal = AbortSignal.any([io.signal, controller.signal])
  return defined({
    io: { ...io, signal },
    budget: { totalMs: budgetMs, leftMs, commandFor },
    limits: () => defined({ signal, deadlineMs: leftMs() + IMPORT_GRACE_MS, lastWords }),
    stop: () => clearTimeout(timer),
  })
}
