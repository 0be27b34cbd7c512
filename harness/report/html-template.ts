import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../system/package-root.js'
import { templatesIn } from '../text/templates.js'
import { inlineHtml, shortName, trustedHtml } from './html.js'

const FOLDER = 'report/templates'

/**
 * A page of `harness/report/templates`. Every value is escaped, except those that are `Html`
 * already; `{{md …}}` prints a line of markdown.
 */
export const htmlTemplate = templatesIn({
  folder: FOLDER,
  ending: '.hbs',
  partials: ['table', 'chart', 'profile'],
  helpers: {
    md: inlineHtml,
    name: shortName,
    css: () =>
      trustedHtml(readFileSync(join(packageRoot(), 'harness', FOLDER, 'report.css'), 'utf8')),
  },
  escapesHtml: true,
})
