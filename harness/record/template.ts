import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Handlebars from 'handlebars'
import { packageRoot } from '../package-root.js'
import { escapeCode, escapeMarkdown, escapeName } from './escape.js'

type Template<Model> = (model: Model) => string

const PARTIALS = ['time'] as const

const known = new Map<string, Handlebars.TemplateDelegate>()

/**
 * A markdown template of `harness/record/templates`. Markdown is not HTML, so handlebars escapes nothing by itself: a template prints a
 * value that came from a user only through `{{text …}}`, `{{name …}}` or `{{code …}}`. A value the model lacks is an error.
 */
export function markdownTemplate<Model>(file: string): Template<Model> {
  return (model) => {
    const template = known.get(file) ?? compile(file)
    known.set(file, template)
    return template(model)
  }
}

function compile(file: string): Handlebars.TemplateDelegate {
  const environment = Handlebars.create()
  environment.registerHelper('text', escapeMarkdown)
  environment.registerHelper('name', escapeName)
  environment.registerHelper('code', escapeCode)
  const options = { noEscape: true, strict: true, knownHelpers: { text: true, name: true, code: true } }
  for (const name of PARTIALS) environment.registerPartial(name, environment.compile(read(`${name}.md.hbs`), options))
  return environment.compile(read(file), options)
}

function read(file: string): string {
  return readFileSync(join(packageRoot(), 'harness', 'record', 'templates', file), 'utf8')
}
