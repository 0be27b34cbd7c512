import { join } from 'node:path'

export const SCALE_FOLDER = join('docs', 'scale')
export const USER_GUIDE = join('docs', 'user-guide.md')

/** The files of the study of a stack, below the root of a checkout. */
export interface ScaleFiles {
  /** Its points, JSON lines. */
  readonly data: string
  readonly environment: string
  readonly page: string
  readonly plot: string
  readonly costs: string
}

/** The files of a stack, named after its layers. */
export function scaleFiles(stack: readonly string[]): ScaleFiles {
  const name = stack.join('+')
  const file = (ending: string) => join(SCALE_FOLDER, `${name}${ending}`)
  return {
    data: file('.jsonl'),
    environment: file('.environment.json'),
    page: file('.md'),
    plot: file('.svg'),
    costs: file('-costs.svg'),
  }
}
