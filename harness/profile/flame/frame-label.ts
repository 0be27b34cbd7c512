import { visibleText } from '../../text/visible-text.js'
import type { Frame } from '../fold/stacks.js'

/** The name of a frame in a picture. */
export function shownName(frame: Frame): string {
  const name = frame.name.trim() === '' ? '(anonymous)' : visibleText(frame.name)
  return frame.kind === 'native' ? `[native] ${name}` : name
}

/** The source of a frame in a picture: one line, or none if the frame has no source. */
export function placeLines({ file, line }: Frame): string[] {
  return file === undefined ? [] : [visibleText(line === undefined ? file : `${file}:${line}`)]
}
