import { createRequire } from 'node:module'

/** What the engine tells an operator: rare events only, never from the hot path. pino's own signature, so a pino logger fits. */
export interface EngineLog {
  warn(details: Readonly<Record<string, unknown>>, message: string): void
}

export type LogLevel = 'silent' | 'warn'

/**
 * The engine's log, to standard error as JSON lines: standard output belongs to results. pino is loaded with the first line that is
 * really written, so importing the engine and staying silent cost nothing.
 */
export function engineLog(level: LogLevel = 'silent'): EngineLog {
  if (level === 'silent') return { warn: () => undefined }
  let logger: EngineLog | undefined
  return {
    warn(details, message) {
      logger ??= openPino(level)
      logger.warn(details, message)
    },
  }
}

function openPino(level: LogLevel): EngineLog {
  const { pino } = createRequire(import.meta.url)('pino') as typeof import('pino')
  return pino({ name: 'assay', level }, pino.destination({ fd: 2, sync: true }))
}
