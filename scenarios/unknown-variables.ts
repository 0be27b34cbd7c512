import { configVariables } from '../engine/config.js'
import { CACHE_VARIABLE } from '../harness/system/cache-root.js'
import { nearestName } from '../harness/text/nearest-name.js'

/** What marks a variable as meant for this program. */
const PREFIX = 'ASSAY_'

/**
 * A warning for every `ASSAY_*` variable that is set and read by nothing, with the nearest name: a
 * misspelt setting would be ignored silently.
 */
export function unknownVariables(env: Readonly<Record<string, string | undefined>>): string[] {
  const known = [...configVariables(), CACHE_VARIABLE]
  return Object.keys(env)
    .filter((name) => name.toUpperCase().startsWith(PREFIX) && !known.includes(name))
    .sort()
    .map((name) => {
      const nearest = nearestName(name.toUpperCase(), known)
      const hint = nearest === undefined ? `known: ${known.join(', ')}` : `did you mean ${nearest}?`
      return `warning: the environment variable ${printable(name)} has no effect; ${hint}`
    })
}

/** A name can hold anything except `=`, and it ends up on a terminal. */
function printable(name: string): string {
  return name.slice(0, 80).replace(/[^A-Za-z0-9_]/g, '?')
}
