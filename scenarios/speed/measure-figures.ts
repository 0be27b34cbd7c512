import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { CommandContext } from '../../harness/cli/command.js'
import { readEnvironment } from '../../harness/measurement/environment.js'
import { forkSettings, nodeFlagsFor } from '../../harness/measurement/run-environment.js'
import { readGitState } from '../../harness/measurement/source-state.js'
import type { Progress } from '../../harness/progress.js'
import { otherMeasuring, takeHostTurn } from '../../harness/system/host-lock.js'
import { packageRoot } from '../../harness/system/package-root.js'
import { suite } from '../suite.js'
import { combinations } from './combinations.js'
import type { SpeedFigures } from './speed-figures.js'
import { GRADEMARK_ID, LIMIT_ID, speedRows } from './speed-rows.js'
import { QUICK_SERIES, SPEED_SERIES } from './speed-series.js'
import { measureSpeed } from './speed-study.js'

/** Limit for one process. */
const TIMEOUT_MS = 300_000
/** For all processes together, without their starts. */
const BUDGET_MS = 180_000
const QUICK_BUDGET_MS = 2_000
const QUICK_ROWS: readonly string[] = [LIMIT_ID, 'accepted', 'baseline', GRADEMARK_ID]

/**
 * Measures every row on every series.
 *
 * @param quick one short series and few rows, for a few seconds
 * @throws {Interrupted} the user stopped it
 */
export async function measureFigures(
  quick: boolean,
  progress: Progress,
  { io, packageVersion }: Pick<CommandContext, 'io' | 'packageVersion'>,
): Promise<SpeedFigures> {
  const nodeFlags = nodeFlagsFor('cpu')
  const series = quick ? QUICK_SERIES : SPEED_SERIES
  const rows = speedRows(suite.layers)
  const facts = {
    schema: 'assay/speed@1' as const,
    measuredAt: io.now().toISOString(),
    commit: commitText(),
    packageVersion,
    grademark: grademarkVersion(),
    environment: readEnvironment(nodeFlags),
    combinations: combinations().length,
    series: series.map(({ id, title, data, assets, bars }) => ({ id, title, data, assets, bars })),
  }
  const turn = takeHostTurn(io.env, io.now())
  if (turn.other !== undefined) progress.note(otherMeasuring(turn.other))
  try {
    const measured = await measureSpeed({
      series,
      rows: quick ? rows.filter(({ id }) => QUICK_ROWS.includes(id)) : rows,
      budgetMs: quick ? QUICK_BUDGET_MS : BUDGET_MS,
      processes: forkSettings(io, suite, { nodeFlags, timeoutMs: TIMEOUT_MS }),
      onStep: progress.phase,
    })
    return { ...facts, rows: measured }
  } finally {
    turn.release()
  }
}

function commitText(): string {
  const git = readGitState(packageRoot())
  return git === null ? 'none' : `${git.commit}${git.dirty ? ' (dirty)' : ''}`
}

function grademarkVersion(): string {
  try {
    const path = createRequire(import.meta.url).resolve('grademark/package.json')
    return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version
  } catch {
    return 'not installed'
  }
}
