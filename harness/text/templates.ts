import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type Handlebars from 'handlebars'
import type { HelperDelegate } from 'handlebars'
import { packageRoot } from '../system/package-root.js'

export interface TemplateFolder {
  /** Path below `harness/`. */
  readonly folder: string
  /** The ending of the file names of the templates. */
  readonly ending: string
  /** Names of the templates that the others may include. */
  readonly partials: readonly string[]
  readonly helpers: Readonly<Record<string, HelperDelegate>>
  /** Whether values are escaped for HTML; otherwise the helpers escape them. */
  readonly escapesHtml: boolean
}

/**
 * The templates of a folder. Each is read and compiled when it is first rendered; a value that the
 * model lacks is an error.
 *
 * @returns a function from the name of a template to its renderer; a template of another folder, a
 * path below the package, may include the same partials
 */
export function templatesIn(
  place: TemplateFolder,
): <Model>(name: string, folder?: string) => (model: Model) => string {
  const compiled = new Map<string, Handlebars.TemplateDelegate>()
  return (name, folder = `harness/${place.folder}`) =>
    (model) => {
      const path = `${folder}/${name}`
      const template = compiled.get(path) ?? compile(place, path)
      compiled.set(path, template)
      return template(model)
    }
}

function compile(
  { folder, ending, partials, helpers, escapesHtml }: TemplateFolder,
  path: string,
): Handlebars.TemplateDelegate {
  // Loaded with the first template, because most commands render none.
  const { create } = createRequire(import.meta.url)('handlebars') as typeof Handlebars
  const environment = create()
  environment.registerHelper(helpers)
  const knownHelpers = Object.fromEntries(Object.keys(helpers).map((helper) => [helper, true]))
  const read = (template: string) => {
    const text = readFileSync(join(packageRoot(), `${template}${ending}`), 'utf8')
    return environment.compile(text, { noEscape: !escapesHtml, strict: true, knownHelpers })
  }
  for (const partial of partials)
    environment.registerPartial(partial, read(`harness/${folder}/${partial}`))
  return read(path)
}
