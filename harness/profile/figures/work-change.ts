import type { FunctionCounts } from '../../evidence/block-counts-schema.js'
import { defined } from '../../evidence/defined.js'

/** How the executions of a line changed from one arm to another. */
export interface LineChange {
  /** Name of the function that the line belongs to. */
  readonly name: string
  readonly file: string
  /** Line in the second arm; absent if its code lacks the line. */
  readonly line?: number
  /** Line in the first arm, if it is another one; absent, too, if its code lacks the line. */
  readonly lineBefore?: number
  /** Executions of the line in each arm. */
  readonly before: number
  readonly after: number
}

/** A function that only one of two arms ran. */
export interface OneSidedFunction {
  readonly name: string
  readonly file: string
  readonly line: number
  readonly calls: number
}

/** How the executions of a pass changed from one arm to another. */
export interface WorkChange {
  /** Executions of all steps of the project in each arm. */
  readonly before: number
  readonly after: number
  /** Lines that ran more or less often, or whose steps did; the largest change first. */
  readonly lines: readonly LineChange[]
  /** Functions that only one of the arms ran, those with the most calls first. */
  readonly onlyBefore: readonly OneSidedFunction[]
  readonly onlyAfter: readonly OneSidedFunction[]
}

/**
 * Compares the executions of two arms.
 *
 * @param functions the table of all arms
 * @param before    index of the first arm in it
 * @param after     index of the second arm
 */
export function workChange(
  functions: readonly FunctionCounts[],
  before: number,
  after: number,
): WorkChange {
  return {
    before: stepsOf(functions, before),
    after: stepsOf(functions, after),
    lines: functions
      .flatMap((one) => lineChanges(one, before, after))
      .sort((a, b) => sizeOf(b) - sizeOf(a)),
    onlyBefore: oneSided(functions, before, after),
    onlyAfter: oneSided(functions, after, before),
  }
}

/** Executions of all steps of one arm. */
export function stepsOf(functions: readonly FunctionCounts[], arm: number): number {
  let sum = 0
  for (const { lines } of functions) for (const { steps } of lines) sum += steps[arm]!
  return sum
}

/** The change of the work as a fraction of that before: 0.0002 is 0.02 % more. */
export function workRatio({ before, after }: Pick<WorkChange, 'before' | 'after'>): number {
  return (after - before) / before
}

function lineChanges(
  { name, file, lines }: FunctionCounts,
  before: number,
  after: number,
): LineChange[] {
  return lines
    .filter(({ runs, steps }) => runs[before] !== runs[after] || steps[before] !== steps[after])
    .map(({ at, runs }) => {
      const [old, now] = [lineIn(at, before), lineIn(at, after)]
      return defined({
        name,
        file,
        line: now,
        lineBefore: old === now ? undefined : old,
        before: runs[before]!,
        after: runs[after]!,
      })
    })
}

function lineIn(lines: readonly (number | null)[], arm: number): number | undefined {
  return (lines.length === 1 ? lines[0] : lines[arm]) ?? undefined
}

function sizeOf({ before, after }: LineChange): number {
  return Math.abs(after - before)
}

function oneSided(
  functions: readonly FunctionCounts[],
  only: number,
  not: number,
): OneSidedFunction[] {
  const ran = (one: FunctionCounts, arm: number) =>
    one.calls[arm]! > 0 || one.lines.some(({ steps }) => steps[arm]! > 0)
  return functions
    .filter((one) => ran(one, only) && !ran(one, not))
    .map(({ name, file, line, calls }) => ({
      name,
      file,
      line: lineIn(line, only) ?? 1,
      calls: calls[only]!,
    }))
    .sort((a, b) => b.calls - a.calls)
}
