import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

/**
 * Absolute paths of every module this thread has loaded so far, sorted: ES modules from the scripts
 * of V8, CommonJS and JSON modules from the cache of `require`. Called when measuring is over, it
 * costs a measured run nothing; a loader hook would add a thread to it.
 */
export async function listLoadedModules(): Promise<string[]> {
  const required = Object.keys(createRequire(import.meta.url).cache)
  return [...new Set([...required, ...(await listScripts())])].sort()
}

/** Paths of the scripts of files; none where this Node has no inspector. */
async function listScripts(): Promise<string[]> {
  const inspector = await import('node:inspector').catch(() => undefined)
  if (inspector === undefined) return []
  const session = new inspector.Session()
  const paths: string[] = []
  session.connect()
  try {
    session.on('Debugger.scriptParsed', ({ params }) => {
      if (params.url.startsWith('file:')) paths.push(fileURLToPath(params.url))
    })
    // It reports all scripts there are before it returns.
    session.post('Debugger.enable')
  } finally {
    session.disconnect()
  }
  return paths
}
