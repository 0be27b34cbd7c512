import type { z } from 'zod'
import { InvalidEvidenceError } from '../../harness/errors.js'
import type { ControlSetting } from '../../harness/evaluation/control.js'
import type { EvaluationPlan } from '../../harness/evidence/evidence.js'
import { appendSynced, readIfThere } from '../../harness/system/files.js'
import { formatDuration } from '../../harness/text/format.js'

/**
 * The file of a study: one line per task, appended when the task is measured completely, so that
 * the study can be interrupted at any time and continued.
 */
export interface StudyFile<Schema extends z.ZodType> {
  readonly schema: Schema
  /** What a line is, in messages: `fresh decision`. */
  readonly line: string
  /** What a task is, in messages: `decision`. */
  readonly task: string
  /** The option that measures what is missing: `--fresh`. */
  readonly option: string
}

/**
 * The lines of the file of a study, in their order.
 *
 * @param onLine called for each line with its number, before the next is read; may refuse it
 * @returns empty if the file does not exist
 * @throws {InvalidEvidenceError} a line does not fit the schema; the message names the line
 */
export function readStudyFile<Schema extends z.ZodType>(
  path: string,
  file: StudyFile<Schema>,
  onLine: (value: z.infer<Schema>, line: number) => void,
): z.infer<Schema>[] {
  return (readIfThere(path) ?? '').split('\n').flatMap((text, index) => {
    if (text === '') return []
    const value = parseLine(text, `${path}, line ${index + 1}`, file)
    onLine(value, index + 1)
    return [value]
  })
}

function parseLine<Schema extends z.ZodType>(
  text: string,
  where: string,
  { schema, line, option }: StudyFile<Schema>,
): z.infer<Schema> {
  const refused = (problem: string, cause?: unknown) =>
    new InvalidEvidenceError(
      `${where} is not a ${line} (${problem}); remove the line, and ${option} will measure it again`,
      { cause },
    )
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw refused('not JSON, perhaps cut off by an interruption', cause)
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw refused(`${issue?.path.join('.')}: ${issue?.message.toLowerCase()}`)
}

/** How the tasks of a study are measured. */
export interface StudyTasks<Task, Line> {
  readonly tasks: readonly Task[]
  /** A task in words, for progress. */
  readonly describe: (task: Task) => string
  readonly measure: (task: Task) => Promise<Line>
  /** No task begins after this time; absent: all are measured. */
  readonly deadline?: Date | undefined
}

/**
 * Measures the tasks of a study one after another, and appends each to the file when it is
 * complete. A task that fails is reported; it is still missing for the next call.
 *
 * @throws {Interrupted} the user stopped it
 */
export async function measureTasks<Schema extends z.ZodType, Task>(
  path: string,
  { task: name, option }: StudyFile<Schema>,
  { tasks, describe, measure, deadline }: StudyTasks<Task, z.infer<Schema>>,
  { progress, now }: Pick<ControlSetting, 'progress' | 'now'>,
): Promise<void> {
  const startedAt = now().getTime()
  for (const [index, task] of tasks.entries()) {
    const remaining = tasks.length - index
    if (deadline !== undefined && now() >= deadline) {
      progress.note(`time is up: ${remaining} ${name}s are left for the next ${option}`)
      break
    }
    const msLeft = ((now().getTime() - startedAt) / index) * remaining
    const left = index === 0 ? '' : `, about ${formatDuration(msLeft)} left`
    progress.note(`${name} ${index + 1} of ${tasks.length}: ${describe(task)}${left}`)
    try {
      appendSynced(path, `${JSON.stringify(await measure(task))}\n`)
    } catch (error) {
      if (!(error instanceof InvalidEvidenceError)) throw error
      progress.note(
        `this ${name} is not complete and will be measured again by ${option}: ${error.message}`,
      )
    }
  }
  progress.done()
}

/** What a line states of the plan of its runs: the measured code, and the length of a run. */
export function planFacts({
  git,
  workloads: [planned],
}: Pick<EvaluationPlan, 'git' | 'workloads'>) {
  return {
    commit: git === null ? 'none' : `${git.commit}${git.dirty ? ' (dirty)' : ''}`,
    warmup: planned?.warmup,
    iterations: planned?.iterations,
    injectTurns: planned?.injectTurns,
  }
}
