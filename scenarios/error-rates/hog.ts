import { burn } from '../../harness/measurement/kernel.js'

/**
 * A process that keeps one core busy until its parent ends it or exits. It makes deliberate noise
 * during a measurement.
 */

const TURNS_PER_SLICE = 2_000_000

process.on('disconnect', () => process.exit(0))
process.on('SIGINT', () => {})

function slice(): void {
  burn(TURNS_PER_SLICE)
  setImmediate(slice)
}

slice()
