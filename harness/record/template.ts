import { escapeCode, escapeMarkdown, escapeName } from '../text/escape-markdown.js'
import { templatesIn } from '../text/templates.js'

/**
 * A markdown template of `harness/record/templates`. Markdown is not HTML, so handlebars escapes
 * nothing by itself: a template prints a value that came from a user only through `{{text …}}`,
 * `{{name …}}` or `{{code …}}`.
 */
export const markdownTemplate = templatesIn({
  folder: 'record/templates',
  ending: '.md.hbs',
  partials: ['time'],
  helpers: { text: escapeMarkdown, name: escapeName, code: escapeCode },
  escapesHtml: false,
})
