import { join } from 'node:path'
import { makeDirectory, writeWhole } from '../../harness/system/files.js'
import { type SpeedFigures, speedFiguresSchema } from './speed-figures.js'
import { renderSpeedPage } from './speed-page.js'
import { drawSpeed } from './speed-plot.js'

const FOLDER = join('docs', 'speed')
const FIGURES = join(FOLDER, 'speed.json')
export const SPEED_PAGE = join('docs', 'speed.md')

/** The published files of the comparison: texts by path below the root of a checkout. */
export function renderSpeed(figures: SpeedFigures): Readonly<Record<string, string>> {
  return {
    [join(FOLDER, 'speed.svg')]: drawSpeed(figures),
    [FIGURES]: `${JSON.stringify(speedFiguresSchema.parse(figures), null, 1)}\n`,
    [SPEED_PAGE]: renderSpeedPage(figures),
  }
}

/** Writes the published files, each as a whole. */
export function publishSpeed(root: string, figures: SpeedFigures): void {
  const texts = renderSpeed(figures)
  makeDirectory(join(root, FOLDER))
  for (const [path, text] of Object.entries(texts)) writeWhole(join(root, path), text)
}
