import { createRequire } from 'node:module'

/** What the engine tells an operator: rare events only, never from the hot path. pino's own signature, so a pino logger fits. */
export interface EngineLog {
  warn(details: Readonly<Record<string, unknown>>, message: string): void
}

export type LogLevel = 'silent' | 'warn'

/**
 * The engine's log as JSON lines, to standard error: standard output belongs to results. pino is loaded with the first line that is
 * really written, so importing the engine and staying silent cost nothing.
 *
 * @param fd  file descriptor to write to; 2, standard error, where absent
 */
export function engineLog(level: LogLevel = 'silent', fd = 2): EngineLog {
  if (level === 'silent') return { warn: () => undefined }
  let logger: EngineLog | undefined
  return {
    warn(details, message) {
      logger ??= openPino(level, fd)
      logger.warn(details, message)
    },
  }
}

function openPino(level: LogLevel, fd: number): EngineLog {
  const { pino } = createRequire(import.meta.url)('pino') as typeof import('pino')
  return pino({ name: 'assay', level }, pino.destination({ fd, sync: true }))
}
