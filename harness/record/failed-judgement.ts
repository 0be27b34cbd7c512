import type { FailedJudgement } from './judgement-schema.js'

/**
 * The object of `assay judge --json` for a command that ended with an error. It stands alone, so
 * that a command line that is wrong waits for no module.
 */
export function failedJudgement(error: FailedJudgement['error']): FailedJudgement {
  return { schema: 'assay/judgement@1', keep: false, error }
}
