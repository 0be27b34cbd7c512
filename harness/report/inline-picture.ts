import { createHash } from 'node:crypto'
import { InvalidEvidenceError } from '../errors.js'
import { flameScript } from '../profile/flame/flame-script.js'
import { type Html, trustedHtml } from './html.js'

const OPENING =
  /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" id="([A-Za-z][\w-]*)" class="flame" /
const SCRIPT = /<script><!\[CDATA\[[\s\S]*?\]\]><\/script>/g
/** Elements of the flame graphs that assay draws. */
const ELEMENTS = new Set([
  'svg',
  'title',
  'desc',
  'style',
  'defs',
  'pattern',
  'path',
  'rect',
  'text',
  'g',
  'script',
])
const ACTIVE_ATTRIBUTE = /\s(?:on[a-z]+|href|xlink:href|src|style)\s*=/i

/**
 * A flame graph as part of a page. Its ids and style rules get a prefix, so that several pictures
 * fit on one page.
 *
 * @param svg    the text of the file in the evidence
 * @param prefix letters, digits and dashes; unique on the page
 * @param where  the file, for error messages
 * @throws {InvalidEvidenceError} it is not a flame graph that assay draws, or it has been changed
 */
export function inlinePicture(svg: string, prefix: string, where: string): Html {
  const old = OPENING.exec(svg)?.[1]
  if (old === undefined || !isOurs(svg))
    throw new InvalidEvidenceError(
      `${where} is not a flame graph made by assay; restore it or evaluate again`,
    )
  // Texts contain neither angle brackets nor quotes, so a tag ends at the next bracket.
  const renamed = svg
    .replace(/<style>[\s\S]*?<\/style>/g, (style) => style.replaceAll(`#${old}`, `#${prefix}`))
    .replace(/<[a-z][^>]*>/g, (tag) =>
      tag
        .replaceAll(`id="${old}"`, `id="${prefix}"`)
        .replaceAll(`id="${old}-`, `id="${prefix}-`)
        .replaceAll(`url(#${old}-`, `url(#${prefix}-`)
        .replaceAll(
          `aria-labelledby="${old}-title ${old}-desc"`,
          `aria-labelledby="${prefix}-title ${prefix}-desc"`,
        ),
    )
  return trustedHtml(
    renamed.replace(SCRIPT, () => `<script><![CDATA[${flameScript()}]]></script>`).trimEnd(),
  )
}

/** `'sha256-…'` of the one script a page may run, for its content security policy. */
export function pictureScriptHash(): string {
  return `'sha256-${createHash('sha256').update(flameScript()).digest('base64')}'`
}

/**
 * Whether only the known script could run, and the picture neither loads nor links another file.
 */
function isOurs(svg: string): boolean {
  const withoutScript = svg.replace(SCRIPT, '')
  const tags = [...withoutScript.matchAll(/<(?!\/)([^\s>/]*)([^>]*)>/g)]
  return tags.every(
    ([, name, rest]) => ELEMENTS.has(name!) && name !== 'script' && !ACTIVE_ATTRIBUTE.test(rest!),
  )
}
