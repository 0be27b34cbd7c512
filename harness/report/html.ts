import Handlebars from 'handlebars'
import { escapeXml } from '../text/escape-xml.js'

const NAME_LIMIT = 120

/**
 * Text that is HTML already; templates escape every other. Made here and by what draws pictures,
 * from nothing a user wrote unescaped.
 */
export type Html = Handlebars.SafeString

/** @param text HTML whose every part from outside has been escaped */
export function trustedHtml(text: string): Html {
  return new Handlebars.SafeString(text)
}

/**
 * The markdown of one line of a decision as HTML: bold, code, line breaks, escaped characters and
 * entities, which is all that `record/` writes. Whatever else the line holds is text. A number and
 * its `%` stay together.
 */
export function inlineHtml(markdown: string): Html {
  let isBold = false
  const parts = [
    ...keepTogether(markdown).matchAll(
      /\\([!-/:-@[-`{-~])|\*\*|<br>|&(?:amp|lt|gt);|`([^`]*)`|[\s\S]/g,
    ),
  ]
  const text = parts.map(([part, escaped, code]) => {
    if (escaped !== undefined) return escapeXml(escaped)
    if (code !== undefined) return `<code>${escapeXml(code)}</code>`
    if (part === '<br>' || (part.startsWith('&') && part.length > 1)) return part
    if (part !== '**') return escapeXml(part)
    isBold = !isBold
    return isBold ? '<strong>' : '</strong>'
  })
  return trustedHtml(`${text.join('')}${isBold ? '</strong>' : ''}`)
}

/** A name cut to a length a heading or a table survives. */
export function shortName(name: string): string {
  const characters = [...name]
  return characters.length > NAME_LIMIT ? `${characters.slice(0, NAME_LIMIT - 1).join('')}…` : name
}

/** A number and its `%` on one line. */
export function keepTogether(text: string): string {
  return text.replace(/(\d) (?=%)/g, '$1\u00a0')
}
