import { visibleLine } from './visible-text.js'

/** In tables and headings, a longer name is cut to this many characters. */
const NAME_LIMIT = 120

/**
 * Escapes any text for one line of markdown or a table cell, so that it is shown as written: no
 * HTML, code span, link, cell border, line break or invisible character.
 */
export function escapeMarkdown(text: string): string {
  return visibleLine(text.replace(/\s+/g, ' '))
    .replace(/[\\`*[\]|~]/g, '\\$&')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/^([#+=-])/, '\\$1')
    .replace(/^(\d+)\. /, '$1\\. ')
    .trim()
}

/** The same for a name, cut to 120 characters. */
export function escapeName(name: string): string {
  const characters = [...name]
  return escapeMarkdown(
    characters.length > NAME_LIMIT ? `${characters.slice(0, NAME_LIMIT - 1).join('')}…` : name,
  )
}

/** Escapes one line inside a fenced code block, so that it cannot end the block. */
export function escapeCode(text: string): string {
  return visibleLine(text.replace(/\s+/g, ' ')).replace(/`{3,}/g, "'''")
}

/** Escapes a path as the target of a link; the slashes between its names stay. */
export function escapePath(path: string): string {
  const escaped = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`
  return path
    .split('/')
    .map((name) =>
      encodeURIComponent(name.replace(/\p{Cs}/gu, '\ufffd')).replace(/[!'()*]/g, escaped),
    )
    .join('/')
}
