import Handlebars from 'handlebars'
import { escapeXml } from '../text/escape-xml.js'

const NAME_LIMIT = 120

/**
 * Text that is already HTML, with every part from outside escaped. Templates escape all other
 * texts.
 */
export type Html = Handlebars.SafeString

/** @param text HTML in which every part from outside has been escaped */
export function trustedHtml(text: string): Html {
  return new Handlebars.SafeString(text)
}

/**
 * One line of a decision's markdown as HTML: bold, code, line breaks, escaped characters and
 * entities. `record/` writes only this markdown; everything else is plain text. A number and its
 * `%` stay on one line.
 */
export function inlineHtml(markdown: string): Html {
  let isBold = false
  const parts = [
    ...keepTogether(markdown).matchAll(
      /\\([!-/:-@[-`{-~])|\*\*|<br>|&(?:amp|lt|gt);|`([^`]*)`|[\s\S]/gu,
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

/** A name cut to a length that fits a heading or a table. */
export function shortName(name: string): string {
  const characters = [...name]
  return characters.length > NAME_LIMIT ? `${characters.slice(0, NAME_LIMIT - 1).join('')}…` : name
}

/** Keeps a number and its `%` on one line. */
export function keepTogether(text: string): string {
  return text.replace(/(\d) (?=%)/g, '$1\u00a0')
}
