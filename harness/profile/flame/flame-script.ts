import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../../system/package-root.js'

let source: string | undefined

/** The script of a flame graph, exactly as the script element of a picture or page contains it. */
export function flameScript(): string {
  source ??= `\n${readFileSync(join(packageRoot(), 'harness', 'profile', 'templates', 'flame-graph.js'), 'utf8')}`
  return source
}
