import { parentPort } from 'node:worker_threads'
import { runTrial } from './trial.mjs'

/** Runs trials beside another worker: a trial blocks its thread. */
parentPort?.on('message', (fault) => parentPort.postMessage(runTrial(fault)))
