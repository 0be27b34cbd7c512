import { execFile } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * A loop that optimizes code: it takes one candidate after another, has it judged, and keeps or
 * discards it. Here the candidates are files; in a loop of yours, a program writes them.
 *
 *     node docs/loops/loop.mjs [FOLDER] [BUDGET]
 *
 * Code and evidence go to the folder, or without one to a temporary folder. Each judgement has a
 * minute, or the given time.
 */
const here = fileURLToPath(new URL('.', import.meta.url))
const cli = join(here, '..', '..', 'dist', 'scenarios', 'main.js')
const work = process.argv[2] ?? mkdtempSync(join(tmpdir(), 'assay-loop-'))
const budget = process.argv[3] ?? '60s'
const candidates = join(here, 'candidates')
const kept = []

mkdirSync(work, { recursive: true })
for (const file of ['suite.mjs', 'start.mjs']) copyFileSync(join(here, file), join(work, file))
writeCurrent()

for (const file of readdirSync(candidates).sort()) {
  const name = file.replace(/^\d+-|\.mjs$/g, '')
  copyFileSync(join(candidates, file), join(work, 'candidate.mjs'))
  const answer = await judge(name)
  // This field alone decides: an error, a lost answer or a late one never has it.
  if (answer.keep === true) keep(name)
  console.log(row(name, answer))
}
console.log(`kept: ${kept.join(', ')} · code and evidence: ${work}`)

/** Judges the candidate against the code so far, within the time. */
async function judge(layer) {
  const about = ['--layer', layer, '--suite', join(work, 'suite.mjs'), '--out', work]
  const how = ['--scale', 'smoke', '--design', 'co-scheduled', '--budget', budget, '--json']
  const text = await new Promise((resolve) => {
    execFile(process.execPath, [cli, 'judge', ...about, ...how], (_, stdout) => resolve(stdout))
  })
  try {
    return JSON.parse(text)
  } catch {
    return { keep: false, error: { exitCode: 70, message: 'there is no answer' } }
  }
}

/** The candidate becomes a part of the code that the next ones have to beat. */
function keep(name) {
  copyFileSync(join(work, 'candidate.mjs'), join(work, `${name}.mjs`))
  kept.push(name)
  writeCurrent()
}

/** The code so far: where it starts, and over it each candidate that was kept. */
function writeCurrent() {
  const parts = ['start', ...kept]
  const imports = parts.map((part, index) => `import * as part${index} from './${part}.mjs'`)
  const all = parts.map((_, index) => `...part${index}`).join(', ')
  writeFileSync(
    join(work, 'current.mjs'),
    `${imports.join('\n')}\n\nexport const { movingSums, drawdowns, ranks } = { ${all} }\n`,
  )
}

/** One line of the table: the answer, the candidate, its effect, and why. */
function row(name, answer) {
  const { keep: isKept, verdict = 'error', workloads = [], reasons = [], error, tampering } = answer
  const { effect } = workloads[0] ?? {}
  const percent = 100 * (effect?.improvement ?? 0)
  const word = percent < 0 ? 'slower' : 'faster'
  const change = effect === undefined ? '' : `${Math.abs(percent).toFixed(1)} % ${word}`
  const codes = [...reasons.map(({ code }) => code), ...(tampering ? [tampering.class] : [])]
  const why = error === undefined ? codes : [`exit ${error.exitCode}`]
  const cells = [isKept ? 'keep' : 'discard', name, verdict, change]
  return `${cells.map((cell, at) => cell.padEnd([9, 20, 14, 16][at])).join('')}${why.join(', ')}`
}
