import { escapeCode, escapeMarkdown, escapeName } from '../text/escape-markdown.js'
import { templatesIn } from '../text/templates.js'

/**
 * A markdown template of `harness/record/templates`. Handlebars escapes HTML only, so a template
 * prints values from users through `{{text …}}`, `{{name …}}` or `{{code …}}`.
 */
export const markdownTemplate = templatesIn({
  folder: 'record/templates',
  ending: '.md.hbs',
  partials: ['time'],
  helpers: { text: escapeMarkdown, name: escapeName, code: escapeCode },
  escapesHtml: false,
})
