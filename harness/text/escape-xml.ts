import { escapeInvisible } from '../system/json-text.js'

/**
 * Escapes text for an element or a quoted attribute of XML or HTML. Invisible characters are
 * written out.
 */
export function escapeXml(text: string): string {
  return escapeInvisible(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
