import { describe, expect, it } from 'vitest'
import { isOwnRepository, nextCommand } from '../../../harness/cli/command-text.js'
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
})
