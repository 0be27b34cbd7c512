import type { PairDesign } from '../contract.js'
import type { PlannedWorkload } from './evidence.js'

/**
 * The design of a workload's pairs. Plans before version 3 do not state it: theirs are adjacent.
 */
export function designOf({ design = 'adjacent' }: Pick<PlannedWorkload, 'design'>): PairDesign {
  return design
}
