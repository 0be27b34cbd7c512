import { spawnSync } from 'node:child_process'
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { GAINS, NULLS } from './campaign-suite.mjs'

/**
 * Real campaigns of twenty candidates whose true effects are known: sixteen nulls of identical
 * code and four gains. Every candidate is one command, as a user types it, and appends one line to
 * results.jsonl. Candidates that have a line are skipped, so the series may be interrupted.
 */
const { values: options } = parseArgs({
  options: {
    dir: { type: 'string', default: join(tmpdir(), 'assay-campaign-trials') },
    campaigns: { type: 'string', default: '10' },
    table: { type: 'boolean', default: false },
  },
})
const results = join(options.dir, 'results.jsonl')
const suite = resolve('test/trials/campaign-suite.mjs')
mkdirSync(options.dir, { recursive: true })

if (!options.table)
  for (let campaign = 1; campaign <= Number(options.campaigns); campaign++)
    for (const layer of orderOf(campaign)) {
      const isDone = done().some((line) => line.campaign === campaign && line.layer === layer)
      if (!isDone) tryOne(campaign, layer)
    }
console.log(tableOf(done()))

/** The candidates of a campaign: every gain at another place in each. */
function orderOf(campaign) {
  const order = [...NULLS]
  for (const [index, gain] of GAINS.entries())
    order.splice((campaign * 7 + index * 5) % order.length, 0, gain)
  return order
}

function tryOne(campaign, layer) {
  const began = Date.now()
  const root = join(options.dir, `campaign-${campaign}`)
  const words = ['evaluate', layer, '--campaign', `trials-${campaign}`, '--suite', suite]
  const flags = ['--out', root, '--no-profile', '--no-calibration', '--json']
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['dist/scenarios/main.js', ...words, ...flags],
    { encoding: 'utf8', maxBuffer: 2 ** 28 },
  )
  if (![0, 3].includes(status)) throw new Error(`${layer} ended with exit ${status}: ${stderr}`)
  const { verdict, campaign: round } = JSON.parse(stdout)
  const seconds = (Date.now() - began) / 1000
  const line = { campaign, layer, verdict, round: round.round, seconds }
  appendFileSync(results, `${JSON.stringify(line)}\n`)
  console.log(`campaign ${campaign}, ${layer}: ${verdict} after ${round.round}, ${seconds} s`)
}

function done() {
  if (!existsSync(results)) return []
  return readFileSync(results, 'utf8').trim().split('\n').map(JSON.parse)
}

function tableOf(lines) {
  const accepted = lines.filter(({ verdict }) => verdict === 'accepted')
  const gains = lines.filter(({ layer }) => GAINS.includes(layer))
  const wrong = new Set(
    accepted.filter(({ layer }) => NULLS.includes(layer)).map(({ campaign }) => campaign),
  )
  const seconds = lines.map((line) => line.seconds).sort((a, b) => a - b)
  return [
    `campaigns                    ${new Set(lines.map(({ campaign }) => campaign)).size}, ${lines.length} candidates`,
    `campaigns with a wrong one   ${wrong.size}`,
    `gains found                  ${accepted.filter(({ layer }) => GAINS.includes(layer)).length} of ${gains.length}`,
    `seconds per candidate        median ${seconds[seconds.length >> 1] ?? '—'}, at most ${seconds.at(-1) ?? '—'}`,
  ].join('\n')
}
