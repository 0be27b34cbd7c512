import { EngineError } from '../errors.js'

/**
 * The error for a damaged or foreign file of a bundle.
 *
 * @param file   the path, with a line if the fault has one
 * @param fault  continues the sentence that starts with the path: `is not JSON`
 */
export function corruptFile(file: string, fault: string, cause?: unknown): EngineError {
  return new EngineError('bundle-corrupt', `${file} ${fault}; ingest the bundle again`, {
    cause,
    details: { file },
  })
}
