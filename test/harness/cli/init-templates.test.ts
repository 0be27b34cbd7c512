import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

/** The code of a template, without the comment at its head, which names commands. */
function codeOf(name: string): string {
  const text = readFileSync(`harness/cli/templates/${name}`, 'utf8')
  return text.slice(text.indexOf('*/\n') + 3)
}

describe('the suites that init writes', () => {
  it('differ in their types alone', () => {
    const untyped = codeOf('suite.mts')
      .replace(/^import type .*\n/, '')
      .replace(/^interface Subject \{\n.*\n\}\n\n/m, '')
      .replaceAll(/: (?:Workload|Layer|Suite)<.*?>(?= = )/g, '')
      .replaceAll(/: (?:Subject|(?:readonly )?number(?:\[\])?)(?=[,)]| [={])/g, '')
    const plain = codeOf('suite.mjs').replace("/** @type {import('assay/harness').Suite} */\n", '')
    expect(untyped).toBe(plain)
  })
})
