import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { covers } from '../../harness/profile/figures/attribute.js'
import { packageRoot } from '../../harness/system/package-root.js'
import { profileCategories } from '../../scenarios/profile-categories.js'

const root = packageRoot()
const { categories, callers } = profileCategories
const sources = [...callers, ...categories.flatMap((category) => category.sources)]

describe('the table of categories', () => {
  const files = readdirSync(join(root, 'engine'), { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts'),
  )

  it('covers every engine file', () => {
    expect(files.length).toBeGreaterThan(40)
    const uncovered = files
      .map((file) => `engine/${file.replaceAll('\\', '/')}`)
      .filter((file) => !covers(profileCategories, file))
    expect(uncovered).toEqual([])
  })

  it.each([
    ['engine/nowhere.ts', false],
    ['engine/cache/new-cache.ts', false],
    ['engine/new-folder/x.ts', false],
    ['engine/portal/another-view.ts', true],
  ])('detects whether a new file, %s, has a category by its folder: %s', (file, isCovered) => {
    expect(covers(profileCategories, file)).toBe(isCovered)
  })

  it('names the categories of the requirement', () => {
    expect(categories.map(({ name }) => name)).toEqual([
      'bundle loading',
      'asset extraction',
      'filtering',
      'type conversion',
      'frame construction',
      'calendar and window arithmetic',
      'ledger',
      'strategy computation',
      'other',
    ])
  })

  it('lists each source once', () => {
    expect(sources.filter((source, index) => sources.indexOf(source) !== index)).toEqual([])
  })

  it.each(sources.filter((source) => !source.startsWith('node_modules/')))(
    '%s is there',
    (source) => {
      const [path = '', name] = source.split(/#(.*)/s)
      expect(existsSync(join(root, path))).toBe(true)
      if (name === undefined) return
      const text = readFileSync(join(root, path), 'utf8')
      expect(text).toMatch(new RegExp(`(^|[\\s])${name.replace('$', '\\$')}\\s*[(=]`, 'm'))
    },
  )
})
