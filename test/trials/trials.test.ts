import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

interface Trial {
  readonly name: string
  readonly file?: string
  readonly plant?: string
  readonly change?: (text: string) => string
}

interface Plant {
  readonly file: string
  readonly at: string
}

const path = './trials.mjs'
const { TRIALS, PLANTS } = (await import(path)) as {
  readonly TRIALS: readonly Trial[]
  readonly PLANTS: Readonly<Record<string, Plant>>
}

describe('a trial of the gate', () => {
  it.each(TRIALS.map((trial) => [trial.name, trial] as const))(
    '%s changes its file',
    (_, trial) => {
      const { file, at } = PLANTS[trial.plant ?? ''] ?? { file: trial.file!, at: '' }
      const text = readFileSync(file, 'utf8')
      expect(text).toContain(at)
      if (trial.change !== undefined) expect(trial.change(text)).not.toBe(text)
    },
  )
})
