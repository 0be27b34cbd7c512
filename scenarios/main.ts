#!/usr/bin/env node
import { runAsProcess } from '../harness/cli/own-process.js'
import { nodeIo } from '../harness/io.js'
import { backtestCommand } from './commands/backtest-command.js'
import { bundleCommand } from './commands/bundle-command.js'
import { characteristicsCommand } from './commands/characteristics-command.js'
import { scaleCommand } from './commands/scale-command.js'
import { searchCommand } from './commands/search-command.js'
import { speedCommand } from './commands/speed-command.js'
import { workerCommand } from './commands/worker-command.js'
import { unknownVariables } from './unknown-variables.js'

/**
 * The composition root: the suite of this repository and the commands of its engine, behind one
 * binary. Suite and engine are loaded by the commands that need them.
 */
const io = nodeIo()
for (const warning of unknownVariables(io.env)) io.stderr(`${warning}\n`)

await runAsProcess(process.argv.slice(2), async () => (await import('./suite.js')).suite, io, [
  backtestCommand,
  searchCommand,
  bundleCommand,
  characteristicsCommand,
  speedCommand,
  scaleCommand,
  workerCommand,
])
