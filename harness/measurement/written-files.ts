import { join, relative } from 'node:path'
import { RECORD_ID_PATTERN } from '../evidence/field-schemas.js'
import { packageRoot } from '../system/package-root.js'

/** Whether a file, by its absolute path, is one that a command writes. */
export type IsWritten = (path: string) => boolean

/** What commands write below an evidence root, by names of ours alone. */
const EVIDENCE = [
  new RegExp(String.raw`^decisions/(README\.md|${RECORD_ID_PATTERN}\.(json|md))$`),
  /^decisions\/campaigns\/[a-z0-9][a-z0-9.-]*\.json$/,
  new RegExp(String.raw`^reports/(index\.html|${RECORD_ID_PATTERN}\.(html|svg))$`),
  new RegExp(`^profiling-results/(${RECORD_ID_PATTERN}|calibration|gate|profile-[^/]+)/`),
  /^profiling-results\/(BOTTLENECKS\.md|\.[^/]+)$/,
]
/** What the gate writes into its folder. */
const GATE_OUTPUT = [
  /^(gate\.(md|json)|\.lock)$/,
  /^cases\/((pure|everyday)(-confirmation)?\/|\.assay-gate$)/,
]
/** Evidence never is code: a source that lies between it is a change like any other. */
const CODE = /\.([cm]?[jt]sx?|node|wasm)$/

/**
 * The files that commands write below the evidence root of this run. Folders of the same names
 * elsewhere, and other files in these folders, belong to the project.
 */
export function evidenceBelow(root: string): IsWritten {
  return below(root, EVIDENCE)
}

/** The files that the gate writes. */
export function gateOutput(out: string): IsWritten {
  return below(out, GATE_OUTPUT)
}

/** What commands publish about this package: its error rates, its speed, the use of its layers. */
export const isPublished: IsWritten = below(join(packageRoot(), 'docs'), [
  /^(campaigns|characteristics|speed|scale|user-guide)(\.md$|\/)/,
])

function below(folder: string, patterns: readonly RegExp[]): IsWritten {
  return (path) => {
    const name = relative(folder, path)
    return !CODE.test(name) && patterns.some((pattern) => pattern.test(name))
  }
}
