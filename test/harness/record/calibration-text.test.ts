import { describe, expect, it } from 'vitest'
import type { CalibrationQuote } from '../../../harness/evidence/evidence.js'
import { calibrationText } from '../../../harness/record/calibration-text.js'

const quote: CalibrationQuote = {
  status: 'passed',
  madeAt: '2026-11-17T09:00:00.000Z',
  ageDays: 3.9,
  command: 'npm run calibrate',
  workloads: [{ id: 'grid-search', effectiveSd: 0.0121, class: 'GREEN' }],
}

describe('a calibration beside the noise of a workload', () => {
  it.each<[string, CalibrationQuote | undefined, string | undefined]>([
    ['of a plan that does not speak of calibrations', undefined, undefined],
    ['that passed', quote, 'calibrated GREEN, effective sd 1.2 %, 3 days ago'],
    [
      'made today',
      { ...quote, ageDays: 0.99 },
      'calibrated GREEN, effective sd 1.2 %, less than a day ago',
    ],
    ['of yesterday', { ...quote, ageDays: 1 }, 'calibrated GREEN, effective sd 1.2 %, 1 day ago'],
    [
      'made too long ago',
      { ...quote, status: 'stale', ageDays: 45 },
      'calibrated GREEN, effective sd 1.2 %, 45 days ago (out of date)',
    ],
    ['that failed', { ...quote, status: 'failed' }, 'calibration failed, 3 days ago'],
    ['that is missing', { ...quote, status: 'missing', workloads: [] }, 'not calibrated'],
    ['that did not cover it', { ...quote, workloads: [] }, 'not calibrated'],
  ])('%s', (_, calibration, expected) => {
    expect(calibrationText(calibration, 'grid-search')).toBe(expected)
  })
})
