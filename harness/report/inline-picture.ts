import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { InvalidEvidenceError } from '../errors.js'
import { packageRoot } from '../system/package-root.js'
import { type Html, trustedHtml } from './html.js'

const OPENING =
  /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" id="([A-Za-z][\w-]*)" class="flame" /
const SCRIPT = /<script><!\[CDATA\[[\s\S]*?\]\]><\/script>/g
/** Elements and attributes our pictures consist of. */
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
 * A flame graph as part of a page: every id and every rule of its style begins with a prefix of its
 * own, so that pictures do not meddle with each other.
 *
 * @param svg    as it was written into the evidence
 * @param prefix letters, digits, dashes; unlike any other on the page
 * @param where  the file, for errors
 * @throws {InvalidEvidenceError} it is no picture of ours
 */
export function inlinePicture(svg: string, prefix: string, where: string): Html {
  const old = OPENING.exec(svg)?.[1]
  if (old === undefined || !isOurs(svg))
    throw new InvalidEvidenceError(
      `${where} is no flame graph of assay; restore it or evaluate again`,
    )
  // Texts are written without angle brackets and quotes, so tags are found by their brackets.
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
    renamed.replace(SCRIPT, () => `<script><![CDATA[${pictureScript()}]]></script>`).trimEnd(),
  )
}

/** `'sha256-…'` of the only script a page with pictures runs, for its content security policy. */
export function pictureScriptHash(): string {
  return `'sha256-${createHash('sha256').update(pictureScript()).digest('base64')}'`
}

/** Pictures hold nothing that could run, load or leave, except the script they are shipped with. */
function isOurs(svg: string): boolean {
  const withoutScript = svg.replace(SCRIPT, '')
  const tags = [...withoutScript.matchAll(/<(?!\/)([^\s>/]*)([^>]*)>/g)]
  return tags.every(
    ([, name, rest]) => ELEMENTS.has(name!) && name !== 'script' && !ACTIVE_ATTRIBUTE.test(rest!),
  )
}

let source: string | undefined

function pictureScript(): string {
  source ??= `\n${readFileSync(join(packageRoot(), 'harness', 'profile', 'templates', 'flame-graph.js'), 'utf8')}`
  return source
}
