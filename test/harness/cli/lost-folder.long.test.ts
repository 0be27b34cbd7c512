import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { runCli } from '../../../harness/cli/cli.js'
import { createIo, kernelSuite, temporaryDirectory } from '../../fixtures/bench.js'
import { writeSmallSuite } from '../../fixtures/small-suites.js'

it('names the folder that cannot be used in mid-run, and tidying up does not hide it', async () => {
  const root = temporaryDirectory()
  const suite = writeSmallSuite(root)
  const evidence = join(root, 'profiling-results')
  let calls = 0
  const { io, output } = createIo({
    now: () => {
      calls++
      if (calls === 8) {
        renameSync(evidence, `${evidence}-gone`)
        writeFileSync(evidence, 'no folder')
      }
      return new Date()
    },
  })
  const words = [
    'evaluate',
    'less',
    '--no-calibration',
    '--scale',
    'smoke',
    '--suite',
    suite,
    '--out',
    root,
  ]
  const code = await runCli(words, kernelSuite, io)
  expect(output.stderr).toMatch(/^assay: cannot use .*runs\.jsonl \(ENOTDIR\)/m)
  expect(code).toBe(2)
})
