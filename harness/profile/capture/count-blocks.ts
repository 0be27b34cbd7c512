import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RunLength } from '../../contract.js'
import {
  BLOCK_COUNTS,
  type BlockCounts,
  blockCountsSchema,
  type UnsteadyPlace,
} from '../../evidence/block-counts-schema.js'
import { makeDirectory, writeWhole } from '../../system/files.js'
import { jsonText } from '../../system/json-text.js'
import { compiledModule } from '../../system/package-root.js'
import { alignCounts } from '../figures/align-counts.js'
import { unsteadyPlace } from '../figures/unsteady-counts.js'
import { stepsOf } from '../figures/work-change.js'
import { type CountedFunction, readBlockCounts } from '../fold/block-counts.js'
import { sourceLocator } from '../fold/source-maps.js'
import { type ArmStack, type Captured, capture, type ProfileRequest } from './profiled-process.js'

/** What counting needs of a profile's request. */
export type CountRequest = Omit<ProfileRequest, 'directory' | 'intervalMicros' | 'durationMs'>

/** The first pass fills caches and compiles; the counts are those of the second. */
const LENGTH: RunLength = { warmup: 1, iterations: 1 }
/** Processes per arm. */
const COUNTED_PROCESSES = 2

type Outcome = BlockCounts['outcome']

/**
 * Counts how often every function and line of the project runs in one pass, in every arm. Each arm
 * is counted in several processes at the same time. If their counts differ, they are not exact, and
 * the outcome names the first difference.
 *
 * @param directory an existing folder for temporary files
 * @param processes per arm, at least two
 * @throws {InvalidEvidenceError} a process failed, or its counts cannot be read
 */
export async function countBlocks(
  request: CountRequest,
  arms: readonly ArmStack[],
  directory: string,
  processes = COUNTED_PROCESSES,
): Promise<BlockCounts> {
  const { suite, workload, scale, seed } = request
  return {
    schema: 'assay/block-counts@1',
    suite: suite.name,
    workload: workload.id,
    scale,
    seed,
    node: process.versions.node,
    processes,
    arms: arms.map(({ arm, stack }) => ({ arm, stack: [...stack] })),
    outcome: await countArms({ ...request, directory }, arms, processes),
  }
}

/**
 * Counts into `block-counts.json` in the folder of a workload.
 *
 * @param directory absolute; created if missing
 * @throws as `countBlocks`, and {InvalidEvidenceError} if the disk is full
 */
export async function countInto(
  directory: string,
  request: CountRequest,
  arms: readonly ArmStack[],
  processes?: number,
): Promise<BlockCounts> {
  makeDirectory(directory)
  const counts = await countBlocks(request, arms, directory, processes)
  writeWhole(join(directory, BLOCK_COUNTS), blockCountsText(counts))
  return counts
}

/** The file of counts: one function per line. */
function blockCountsText(counts: BlockCounts): string {
  const { outcome, ...head } = blockCountsSchema.parse(counts)
  const fields = Object.entries(head).map(([name, value]) => `"${name}": ${jsonText(value)}`)
  const table =
    outcome.kind === 'exact'
      ? `{ "kind": "exact", "functions": [\n${outcome.functions.map((one) => jsonText(one)).join(',\n')}\n]}`
      : jsonText(outcome)
  return `{\n${[...fields, `"outcome": ${table}`].join(',\n')}\n}\n`
}

async function countArms(
  request: CountRequest & { readonly directory: string },
  arms: readonly ArmStack[],
  processes: number,
): Promise<Outcome> {
  const counted: { functions: readonly CountedFunction[]; textOf: TextOf }[] = []
  for (const arm of arms) {
    request.phase(`counting executions of ${request.workload.id}, ${arm.arm}`)
    const captured = await captureTwins(request, arm, processes)
    const textOf = readText(arm.version?.sources ?? request.sources)
    const counts = captured.map((one) => foldCounts(one, request, arm))
    const off = whyOff(arm, captured, counts, textOf)
    if (off !== undefined) return off
    counted.push({ functions: counts[0]!, textOf })
  }
  const functions = alignCounts(counted)
  const isEmpty = arms.some((_, index) => stepsOf(functions, index) === 0)
  return isEmpty ? { kind: 'off', reason: 'nothing-counted' } : { kind: 'exact', functions }
}

/** Processes of an arm that run at the same time, so that the load of the host differs. */
const TOGETHER = 2

async function captureTwins(
  request: CountRequest & { readonly directory: string },
  arm: ArmStack,
  processes: number,
): Promise<Captured[]> {
  const work = { length: LENGTH, profiler: 'coverage' as const }
  const whole = { ...request, intervalMicros: 0, durationMs: 0 }
  const captured: Captured[] = []
  while (captured.length < processes) {
    const batch = Math.min(TOGETHER, processes - captured.length)
    const ended = await Promise.allSettled(
      Array.from({ length: batch }, () => capture(whole, arm, work)),
    )
    for (const one of ended) {
      if (one.status === 'rejected') throw one.reason
      captured.push(one.value)
    }
  }
  return captured
}

function whyOff(
  { arm }: ArmStack,
  captured: readonly Captured[],
  counts: readonly (readonly CountedFunction[])[],
  textOf: TextOf,
): Extract<Outcome, { kind: 'off' }> | undefined {
  if (captured.some(({ run }) => run.lostThreads > 0))
    return { kind: 'off', reason: 'lost-threads' }
  if (captured.some(({ run }) => run.startedProcesses === true))
    return { kind: 'off', reason: 'started-processes' }
  const found = unsteadyPlace(counts, textOf)
  if (found === undefined) return undefined
  const place: UnsteadyPlace = { arm, ...found }
  return { kind: 'off', reason: 'unsteady', place }
}

/** Where the harness is compiled: its own code runs in the process, too. */
const HARNESS = new URL('../../', compiledModule(import.meta.url)).href

/** The functions of the project that one process ran; files as paths of their project. */
function foldCounts(
  { files }: Captured,
  { sources }: Pick<CountRequest, 'sources'>,
  { version }: ArmStack,
): readonly CountedFunction[] {
  return readBlockCounts(
    files,
    sourceLocator(version?.sources ?? sources),
    (url) => !url.startsWith(HARNESS),
  )
}

type TextOf = (file: string) => string | undefined

/** Reads sources by their path from the root of a project. */
function readText(root: string): TextOf {
  const texts = new Map<string, string | undefined>()
  return (file) => {
    if (!texts.has(file)) texts.set(file, readIfReadable(join(root, file)))
    return texts.get(file)
  }
}

function readIfReadable(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
