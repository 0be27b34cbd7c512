import { z } from 'zod'
import { runFailureSchema, runRecordSchema } from './run-record.js'

/**
 * One line of `memory-probe.jsonl`: a run that was made for its peak of memory alone. Its times are
 * not recorded.
 */
const probeRecordSchema = runRecordSchema
  .pick({
    workload: true,
    pair: true,
    position: true,
    arm: true,
    warmup: true,
    iterations: true,
    heapBytes: true,
    digest: true,
    startedAt: true,
    previous: true,
  })
  .extend({ peakRssBytes: z.number().positive() })
export type ProbeRecord = Readonly<z.infer<typeof probeRecordSchema>>

export const probeLineSchema = z.union([probeRecordSchema, runFailureSchema])
export type ProbeLine = Readonly<z.infer<typeof probeLineSchema>>
