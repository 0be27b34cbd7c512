import { basename, join } from 'node:path'
import { defined } from '../../harness/evidence/defined.js'
import { environmentSchema } from '../../harness/evidence/evidence.js'
import { namesIfThere, readStored, writeWhole } from '../../harness/system/files.js'
import { deriveScale } from './scale-figures.js'
import { SCALE_FOLDER, scaleFiles, USER_GUIDE } from './scale-files.js'
import { renderScalePage } from './scale-page.js'
import { drawCosts, drawImprovement } from './scale-plots.js'
import { readScalePoints } from './scale-point.js'
import { type MeasuredStack, renderUserGuide } from './user-guide.js'

const ENDING = '.jsonl'

/**
 * Renders every page and picture of the studies below a root, and the guide that follows from all
 * of them.
 *
 * @returns texts by path below the root; empty if nothing is measured
 * @throws {InvalidEvidenceError} a file is damaged
 */
export function renderScales(root: string): Readonly<Record<string, string>> {
  const stacks = namesIfThere(join(root, SCALE_FOLDER))
    .filter((name) => name.endsWith(ENDING))
    .map((name) => basename(name, ENDING).split('+'))
  const texts: Record<string, string> = {}
  const measured: MeasuredStack[] = []
  for (const stack of stacks) {
    const files = scaleFiles(stack)
    const points = readScalePoints(join(root, files.data))
    if (points.length === 0) continue
    const figures = deriveScale(points)
    const environment = readStored(join(root, files.environment), environmentSchema)
    const name = stack.join('+')
    texts[files.page] = renderScalePage(defined({ stack, points, figures, environment }))
    texts[files.plot] = drawImprovement(name, figures)
    texts[files.costs] = drawCosts(name, figures)
    measured.push({ name, figures })
  }
  if (measured.length > 0) texts[USER_GUIDE] = renderUserGuide(measured)
  return texts
}

/** Writes what `renderScales` renders, each file as a whole. @returns the paths below the root */
export function publishScales(root: string): string[] {
  const texts = renderScales(root)
  for (const [path, text] of Object.entries(texts)) writeWhole(join(root, path), text)
  return Object.keys(texts)
}
