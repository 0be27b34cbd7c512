import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const FOLDER = join('.github', 'workflows')
const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  scripts: Record<string, string>
}
const workflows = readdirSync(FOLDER).map((name) => ({
  name,
  text: readFileSync(join(FOLDER, name), 'utf8'),
}))

/** The words after `npm` in a step: only `ci`, `test` and `run <script>` are used. */
const npmCommands = (text: string) =>
  [...text.matchAll(/\bnpm ([^\n#&|]+)/g)].map((match) => match[1]!.trim())

describe('the workflows', () => {
  it('are those of the tests and of the gate', () => {
    expect(workflows.map(({ name }) => name).sort()).toEqual(['performance.yml', 'test.yml'])
  })

  it.each(workflows)(
    '$name runs npm ci and scripts of package.json, and nothing else of ours',
    ({ text }) => {
      const commands = npmCommands(text)
      expect(commands[0]).toBe('ci')
      for (const command of commands.slice(1)) {
        const name = command === 'test' ? 'test' : /^run (?:-s )?([\w:-]+)/.exec(command)?.[1]
        expect(Object.keys(scripts), command).toContain(name)
      }
      expect(text).not.toMatch(/run: .*\b(npx|node|vitest|tsc) /)
    },
  )

  it('put no name a contributor chose into a command line', () => {
    for (const { text } of workflows) {
      const lines = text.split('\n').filter((line) => /^\s*(- )?run:/.test(line))
      expect(lines.filter((line) => line.includes('${{'))).toEqual([])
    }
  })

  it('give the gate the whole history, and keep what it wrote whatever it said', () => {
    const { text } = workflows.find(({ name }) => name === 'performance.yml')!
    expect(text).toContain('fetch-depth: 0')
    expect(text).toMatch(/upload-artifact@v4\n\s+if: always\(\)/)
    expect(text).toContain('profiling-results/gate/')
  })
})
