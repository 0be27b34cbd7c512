import { createRequire } from 'node:module'

/** What the engine tells an operator. pino's own signature, so a pino logger fits. */
export interface EngineLog {
  /** Rare events only, never from the hot path. */
  warn(details: Readonly<Record<string, unknown>>, message: string): void
  /**
   * Every operation of every cache. Absent where nobody listens, so that nothing is built for it:
   * `log.debug?.({ … }, '…')`.
   */
  readonly debug?: (details: Readonly<Record<string, unknown>>, message: string) => void
}

export type LogLevel = 'silent' | 'warn' | 'debug'

/**
 * The engine's log as JSON lines, to standard error: standard output belongs to results. pino is
 * loaded with the first line that is really written, so importing the engine and staying silent
 * cost nothing.
 *
 * @param to  file descriptor to write to, 2, standard error, where absent; or whoever takes lines
 */
export function engineLog(level: LogLevel = 'silent', to: number | LineWriter = 2): EngineLog {
  if (level === 'silent') return { warn: () => undefined }
  let logger: ReturnType<typeof openPino> | undefined
  const opened = () => {
    logger ??= openPino(level, to)
    return logger
  }
  return {
    warn: (details, message) => opened().warn(details, message),
    ...(level === 'debug' && {
      debug: (details: Readonly<Record<string, unknown>>, message: string) =>
        opened().debug(details, message),
    }),
  }
}

/** Takes whole lines, each with its end. */
export interface LineWriter {
  write(line: string): void
}

function openPino(level: LogLevel, to: number | LineWriter) {
  const { pino } = createRequire(import.meta.url)('pino') as typeof import('pino')
  return pino(
    { name: 'assay', level },
    typeof to === 'number' ? pino.destination({ fd: to, sync: true }) : to,
  )
}
