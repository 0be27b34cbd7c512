import type { Session } from 'node:inspector'

/** Sends a command of the inspector protocol to one thread. */
export type Post = (method: string, params: object) => Promise<Readonly<Record<string, unknown>>>

/** Commands for the thread of a session. */
export function postTo(session: Session): Post {
  return (method, params) =>
    new Promise((resolve, reject) =>
      session.post(method, params, (error, answer) =>
        error ? reject(error) : resolve((answer ?? {}) as Record<string, unknown>),
      ),
    )
}
