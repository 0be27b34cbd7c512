import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { COMMANDS } from './commands.mjs'
import { faultsOf } from './trial.mjs'

/**
 * Fails and kills every call of the operating system that evaluate, calibrate, gate and ingest
 * make, one at a time, and checks what a user finds afterwards. `--only` selects a command,
 * `--calls` the calls whose names contain a text. Ends with 1 if a trial has a problem.
 */
const options = parse(process.argv.slice(2))
const faults = Object.keys(COMMANDS)
  .filter((name) => options.only === undefined || name === options.only)
  .flatMap(faultsOf)
  .filter(isFirst())
  .filter(({ call }) => call.includes(options.calls ?? ''))
console.log(`${faults.length} faults`)

const failed = []
let done = 0
await Promise.all([1, 2].map(work))
console.log(`${done} trials, ${failed.length} with problems`)
for (const line of failed) console.log(line)
process.exitCode = failed.length > 0 ? 1 : 0

/** Two workers, one per core: each trial runs a process and waits for it. */
async function work() {
  const worker = new Worker(new URL('trial-worker.mjs', import.meta.url))
  try {
    for (let fault = faults.shift(); fault !== undefined; fault = faults.shift()) {
      const { ended, problems } = await answerOf(worker, fault)
      done++
      const name = `${fault.command} ${fault.mode} ${fault.call} #${fault.occurrence}`
      if (problems.length > 0) failed.push([name, ...problems].join('\n    '))
      console.log(`${problems.length > 0 ? 'PROBLEM' : 'ok'} ${name} → ${ended}`)
      for (const problem of problems) console.log(`    ${problem}`)
    }
  } finally {
    await worker.terminate()
  }
}

/** The first message after the fault was sent; an error of the worker is thrown. */
async function answerOf(worker, fault) {
  worker.postMessage(fault)
  const [answer] = await once(worker, 'message')
  return answer
}

/** Commands share calls: each is tried in the first command that makes it, the shortest ones. */
function isFirst() {
  const owner = new Map()
  return ({ command, call }) => {
    if (!owner.has(call)) owner.set(call, command)
    return owner.get(call) === command
  }
}

function parse(words) {
  const given = {}
  for (let i = 0; i < words.length; i += 2) {
    const name = words[i].replace(/^--/, '')
    if (!['only', 'calls'].includes(name) || words[i + 1] === undefined)
      throw new Error(`unknown option ${words[i]}; use --only <command> or --calls <text>`)
    given[name] = words[i + 1]
  }
  return given
}
