#!/usr/bin/env node
import { runCli } from '../harness/cli.js'
import { nodeIo } from '../harness/io.js'
import { backtestCommand } from './commands/backtest.js'
import { bundleCommand } from './commands/bundle.js'
import { suite } from './suite.js'

/** The composition root: our suite and the engine's own commands, behind one binary. */
process.exitCode = await runCli(process.argv.slice(2), suite, nodeIo(), [backtestCommand, bundleCommand])
