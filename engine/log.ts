import { createRequire } from 'node:module'

/** The engine's log for operators. The signatures are pino's, so that a pino logger fits. */
export interface EngineLog {
  /** Rare events only, never from the hot path. */
  warn(details: Readonly<Record<string, unknown>>, message: string): void
  /**
   * Every operation of every cache. Absent below level `debug`, so that `log.debug?.({ … }, '…')`
   * does not even build its details.
   */
  readonly debug?: (details: Readonly<Record<string, unknown>>, message: string) => void
}

export type LogLevel = 'silent' | 'warn' | 'debug'

/**
 * The engine's log as JSON lines, on standard error by default, since standard output is for
 * results. pino is loaded for the first line written, so a silent log costs nothing.
 *
 * @param to  a file descriptor (2, standard error, if absent) or an object that takes lines
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

/** Takes whole lines, each with its line end. */
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
