import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Handlebars from 'handlebars'
import { packageRoot } from '../package-root.js'
import { inlineHtml, shortName, trustedHtml } from './html.js'

const known = new Map<string, Handlebars.TemplateDelegate>()
const PARTIALS = ['table', 'chart', 'profile'] as const

/**
 * A page of `harness/report/templates`. Every value is escaped, except those that are `Html` already; `{{md …}}` prints a line of markdown. A value the model lacks
 * is an error.
 */
export function htmlTemplate<Model>(file: string): (model: Model) => string {
  return (model) => {
    const template = known.get(file) ?? compile(file)
    known.set(file, template)
    return template(model)
  }
}

function compile(file: string): Handlebars.TemplateDelegate {
  const environment = Handlebars.create()
  environment.registerHelper('md', inlineHtml)
  environment.registerHelper('name', shortName)
  environment.registerHelper('css', () => trustedHtml(read('report.css')))
  const options = { strict: true, knownHelpers: { md: true, name: true, css: true } }
  for (const name of PARTIALS) environment.registerPartial(name, environment.compile(read(`${name}.hbs`), options))
  return environment.compile(read(file), options)
}

function read(file: string): string {
  return readFileSync(join(packageRoot(), 'harness', 'report', 'templates', file), 'utf8')
}
