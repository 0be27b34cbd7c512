import { z } from 'zod'
import { ARMS, PAIR_DESIGNS } from '../contract.js'
import { TAMPER_CLASS_NAMES } from './tamper-classes.js'

/** Fields that several files of an evidence folder, and the decision records, have in common. */

/** Ids of records and of their evidence: a number and a layer, nothing that leaves its folder. */
export const RECORD_ID_PATTERN = String.raw`\d{4,}-[a-z0-9][a-z0-9.-]*`
export const RECORD_ID = new RegExp(`^${RECORD_ID_PATTERN}$`)
export const armSchema = z.enum(ARMS)
/** How the processes of a pair run. */
export const designSchema = z.enum(PAIR_DESIGNS)
export const metricSchema = z.enum(['cpu', 'wall'])
/**
 * On a `target`, the layer must win. On a `guard`, it must not lose more than the regression gate
 * allows.
 */
export const roleSchema = z.enum(['target', 'guard'])
/** Layer ids, in the order in which they are applied, by arm. */
export const stacksSchema = z.strictObject({
  baseline: z.array(z.string()),
  incumbent: z.array(z.string()),
  candidate: z.array(z.string()),
})
/** Real extra work put into one arm; `improvement` is the true effect, a fraction. */
export const injectedSchema = z.strictObject({ improvement: z.number(), arm: armSchema })
export const verdictSchema = z.enum(['accepted', 'rejected', 'inconclusive'])
/** Whether peak memory stays within its limit. */
export const memoryVerdictSchema = z.enum(['within', 'over', 'undecided'])
export const noiseClassSchema = z.enum(['GREEN', 'YELLOW', 'RED'])
/** A fraction above 0 and below 1. */
export const fractionSchema = z.number().gt(0).lt(1)
export const digestSchema = z.string().regex(/^sha256:[0-9a-f]{64}$/)
export const tamperClassSchema = z.enum(TAMPER_CLASS_NAMES)
