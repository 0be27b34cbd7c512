import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../system/package-root.js'
import { templatesIn } from '../text/templates.js'
import { inlineHtml, shortName, trustedHtml } from './html.js'

const FOLDER = 'report/templates'

/**
 * A page of `harness/report/templates`. Values are escaped unless they are `Html`; `{{md …}}`
 * prints a line of markdown.
 */
export const htmlTemplate = templatesIn({
  folder: FOLDER,
  ending: '.hbs',
  partials: ['table', 'folded', 'chart', 'profile'],
  helpers: {
    md: inlineHtml,
    name: shortName,
    css: () =>
      trustedHtml(readFileSync(join(packageRoot(), 'harness', FOLDER, 'report.css'), 'utf8')),
  },
  escapesHtml: true,
})
