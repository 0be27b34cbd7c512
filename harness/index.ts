/** The public API: what a suite of another project, or a composition root, imports. */
export { runCli } from './cli/cli.js'
export type { CliCommand, CommandContext, Invocation } from './cli/command.js'
export { runAsProcess } from './cli/own-process.js'
export type {
  Arm,
  Criterion,
  Divergence,
  Goal,
  Layer,
  Metric,
  Outcome,
  RunSlot,
  ScaleName,
  Suite,
  Work,
  Workload,
} from './contract.js'
export { AssayError, EXIT, type ExitCode, InputError, InvalidEvidenceError } from './errors.js'
export { Interrupted, type Io, nodeIo } from './io.js'
