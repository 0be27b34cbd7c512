#!/usr/bin/env node
import { runCli } from '../harness/cli/cli.js'
import { nodeIo } from '../harness/io.js'

/**
 * The composition root: our suite and the engine's own commands, behind one binary. Only comparing
 * files does not wait for the engine to load.
 */
const words = process.argv.slice(2)
const loadSuite = async () => (await import('./suite.js')).suite
const loadEngineCommands = async () => [
  (await import('./commands/backtest.js')).backtestCommand,
  (await import('./commands/bundle.js')).bundleCommand,
  (await import('./commands/characteristics.js')).characteristicsCommand,
]
process.exitCode = await runCli(
  words,
  loadSuite,
  nodeIo(),
  words[0] === 'compare' ? [] : await loadEngineCommands(),
)
