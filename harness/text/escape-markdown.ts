/** Longest name printed in a table or a heading. */
const NAME_LIMIT = 120

/**
 * Makes any text harmless inside one line of markdown, a table cell included: no HTML, no code
 * span, no link, no cell border, no line break. What the reader sees is what was written.
 */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/[\\`*[\]|~]/g, '\\$&')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/^([#+=-])/, '\\$1')
    .replace(/^(\d+)\. /, '$1\\. ')
    .trim()
}

/** The same for a name, cut to a length a table survives. */
export function escapeName(name: string): string {
  const characters = [...name]
  return escapeMarkdown(
    characters.length > NAME_LIMIT ? `${characters.slice(0, NAME_LIMIT - 1).join('')}…` : name,
  )
}

/** One line inside a fenced code block: nothing in it can end the block. */
export function escapeCode(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/`{3,}/g, "'''")
}

/** A path as the target of a link: nothing in it can end the link, and each name stays one. */
export function escapePath(path: string): string {
  const escaped = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`
  return path
    .split('/')
    .map((name) =>
      encodeURIComponent(name.replace(/\p{Cs}/gu, '\ufffd')).replace(/[!'()*]/g, escaped),
    )
    .join('/')
}
