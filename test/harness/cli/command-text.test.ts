import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { calibrateHint } from '../../../harness/cli/calibrate-command.js'
import { commandOnRoot, isOwnRepository, nextCommand } from '../../../harness/cli/command-text.js'
import { packageRoot } from '../../../harness/system/package-root.js'
import { temporaryDirectory } from '../../fixtures/bench.js'

describe('a command to type next', () => {
  it('is the npm script in the repository of this package, and the program elsewhere', () => {
    expect(nextCommand('calibrate', packageRoot(), '--scale smoke')).toBe(
      'npm run calibrate -- --scale smoke',
    )
    expect(nextCommand('replay', packageRoot())).toBe('npm run replay')
    const elsewhere = temporaryDirectory()
    expect(nextCommand('calibrate', elsewhere, '--scale smoke')).toBe(
      'npx assay calibrate --scale smoke',
    )
    expect(isOwnRepository(elsewhere)).toBe(false)
  })

  it('is one that exists: in the repository, commands without a script go through one', () => {
    const { scripts } = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8'))
    for (const name of ['evaluate', 'replay', 'report', 'profile', 'calibrate', 'check', 'init']) {
      const [, script = '', given] = /^npm run (\S+)(?: -- (\S+))?$/.exec(
        nextCommand(name, packageRoot()),
      )!
      const command = `exec node dist/scenarios/main.js${given === undefined ? ` ${name}` : ''}`
      expect(scripts[script]).toMatch(new RegExp(`${command}$`))
      expect(given ?? name).toBe(name)
    }
  })

  it('names the evidence root if it is not the working directory', () => {
    const cwd = temporaryDirectory()
    expect(commandOnRoot(cwd, cwd)('report', '0002')).toBe('npx assay report 0002')
    expect(commandOnRoot(join(cwd, 'my perf'), cwd)('report', '0002')).toBe(
      "npx assay report 0002 --out 'my perf'",
    )
    expect(commandOnRoot('/elsewhere', cwd)('check')).toBe('npx assay check --out /elsewhere')
  })

  it('calibrates for the evaluation: with its suite, scale and evidence root', () => {
    const cwd = temporaryDirectory()
    const shared = { scale: 'smoke', metric: 'wall', suite: 'bench/s.mjs' } as const
    expect(calibrateHint({ ...shared, root: join(cwd, 'perf') }, cwd)).toBe(
      'npx assay calibrate --scale smoke --metric wall --suite bench/s.mjs --out perf',
    )
    expect(calibrateHint({ ...shared, root: cwd }, cwd)).not.toContain('--out')
  })
})
