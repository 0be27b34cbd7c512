import { messageOf } from '../../harness/errors.js'
import { cpuMsBetween } from '../../harness/measurement/cpu-clock.js'
import { readPeakRssBytes } from '../../harness/system/proc.js'
import type { Combination } from './combinations.js'
import type { EngineAnswer, EngineSlot, TimedPass } from './engine-slot.js'
import type { OpenedEngine, OpenSpeedEngine } from './speed-engine.js'

/**
 * A process that measures one engine on one series: it receives a slot by IPC and sends one answer.
 * It loads no more than the engine needs, because that would count as the engine's memory.
 */

/** A pass of fewer milliseconds is repeated, because clocks and collections would decide it. */
const LEAST_PASS_MS = 50
/** Share of the time for warm-up: most code is compiled in it, and what can be kept is kept. */
const WARM_UP_SHARE = 0.45
const LEAST_WARM_UP_RUNS = 4
/** On a busy host a process gets a part of the time only, and code is compiled later. */
const LEAST_WARM_UP_CPU_MS = 800
const WARM_UP_AT_MOST = 0.7
const LEAST_PASSES = 2
const MOST_PASSES = 15
/** An engine that cannot run all combinations in its time runs the first of these that it can. */
const COUNTS = [100, 50, 20, 10]
const FEWEST = 4
/** Runs at the end of the warm-up from which the time of one combination is foreseen. */
const LAST_RUNS = 5

process.on('disconnect', () => process.exit(0))
// Ctrl-C reaches the whole process group; only the parent ends this process.
process.on('SIGINT', () => {})
process.once('message', (slot: EngineSlot) => {
  measure(slot).then(send, (error) => send({ kind: 'failed', error: messageOf(error) }))
})

function send(answer: EngineAnswer): void {
  process.send?.(answer, () => process.exit(0))
}

async function measure({
  module,
  data,
  setting,
  combinations,
  budgetMs,
}: EngineSlot): Promise<EngineAnswer> {
  const { openSpeedEngine } = (await import(module)) as { openSpeedEngine: OpenSpeedEngine }
  const engine = await openSpeedEngine(data, setting)
  const until = performance.now() + budgetMs
  const eachMs = await warmUp(engine, combinations, budgetMs)
  const chosen = combinations.slice(0, countFor(eachMs, combinations, until - performance.now()))
  const { passes, output } = await timePasses(engine, chosen, until)
  const peakRssBytes = readPeakRssBytes() ?? process.resourceUsage().maxRSS * 1024
  const results = await engine.results(output)
  engine.close()
  return { kind: 'measured', combinations: chosen.length, passes, peakRssBytes, results }
}

/** Runs one combination after another. @returns the wall time of one at the end, ms */
async function warmUp(
  engine: OpenedEngine,
  combinations: readonly Combination[],
  budgetMs: number,
): Promise<number> {
  const began = performance.now()
  const cpu = process.cpuUsage()
  const isCold = () => {
    const share = (performance.now() - began) / budgetMs
    const isCompiled = cpuMsBetween(cpu) > LEAST_WARM_UP_CPU_MS
    return share < (isCompiled ? WARM_UP_SHARE : WARM_UP_AT_MOST)
  }
  const lastMs: number[] = []
  for (let run = 0; run < LEAST_WARM_UP_RUNS || isCold(); run++) {
    const { wallMs } = await timeRun(engine, [combinations[run % combinations.length]!], 1)
    lastMs.push(wallMs)
    if (lastMs.length > LAST_RUNS) lastMs.shift()
  }
  return Math.min(...lastMs)
}

/** As many combinations as can be run twice in the time that is left. */
function countFor(eachMs: number, { length }: readonly Combination[], leftMs: number): number {
  const fits = (count: number) => eachMs * count * LEAST_PASSES <= leftMs
  return Math.min(length, COUNTS.find(fits) ?? FEWEST)
}

async function timePasses(
  engine: OpenedEngine,
  combinations: readonly Combination[],
  until: number,
): Promise<{ passes: TimedPass[]; output: unknown }> {
  const passes: TimedPass[] = []
  let turns = 1
  let output: unknown
  while (
    passes.length < LEAST_PASSES ||
    (passes.length < MOST_PASSES && performance.now() < until)
  ) {
    output = undefined
    globalThis.gc?.()
    const pass = await timeRun(engine, combinations, turns)
    output = pass.output
    if (pass.wallMs < LEAST_PASS_MS) {
      turns = Math.ceil((1.2 * turns * LEAST_PASS_MS) / Math.max(pass.wallMs, 0.01))
      continue
    }
    passes.push({ cpuMs: pass.cpuMs / turns, wallMs: pass.wallMs / turns })
  }
  return { passes, output }
}

/** The output is that of the last turn: what is compared is what was timed. */
async function timeRun(
  engine: OpenedEngine,
  combinations: readonly Combination[],
  turns: number,
): Promise<TimedPass & { output: unknown }> {
  let output: unknown
  const begin = performance.now()
  const cpu = process.cpuUsage()
  for (let turn = 0; turn < turns; turn++) {
    const ran = engine.run(combinations)
    output = ran instanceof Promise ? await ran : ran
  }
  return { cpuMs: cpuMsBetween(cpu), wallMs: performance.now() - begin, output }
}
