import { describe, expect, it } from 'vitest'
import { commonUnit, isRate, isTime, unitOfName } from '../../../harness/compare/unit.js'

describe('the unit in the name of a column', () => {
  it.each([
    ['time_ms', 'ms'],
    ['Duration [us]', 'us'],
    ['latency (µs)', 'us'],
    ['latencyMs', 'ms'],
    ['time_s', 's'],
    ['elapsed seconds', 's'],
    ['old_ms', 'ms'],
    ['ms_new', 'ms'],
    ['ns/op', 'ns'],
    ['ns_per_op', 'ns'],
    ['secondsPerRun', 's'],
    ['ops_per_sec', 'ops/s'],
    ['old_ops_per_sec', 'ops/s'],
    ['opsPerSecond', 'ops/s'],
    ['ops/s', 'ops/s'],
    ['req/min', 'requests/min'],
    ['speed (MB/s)', 'MB/s'],
    ['rps', 'requests/s'],
    ['throughput', 'throughput'],
    ['ops_sec', 'ops/s'],
    ['a_reqs_sec', 'requests/s'],
    ['old kops', 'kops'],
    ['bandwidth_new', 'bandwidth'],
    ['GFLOPS', 'Gflops'],
    ['heap_mb', 'MB'],
    ['bytes/op', 'B/ops'],
    ['ms', 'ms'],
    ['Total [s]', 's'],
  ])('%s: %s', (name, unit) => {
    expect(unitOfName(name)).toBe(unit)
  })

  it.each([
    'time',
    's',
    'us',
    'run',
    'old',
    'us_east',
    'time_min',
    'ms_or_ns',
    'ops',
    '1',
    'constructor',
  ])('%s: none', (name) => {
    expect(unitOfName(name)).toBeUndefined()
  })

  it('is a time, a rate or neither', () => {
    expect(['ns', 'h', 'ops/s', 'MB', undefined].map(isTime)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ])
    expect(['ops/s', 'MB/min', 'throughput', 'Mbps', 'ns', 'B/ops', undefined].map(isRate)).toEqual(
      [true, true, true, true, false, false, false],
    )
  })
})

describe('two units', () => {
  it('of time are compared in ms, rates of the same in the first one', () => {
    expect(commonUnit('ms', 's')).toEqual({ unit: 'ms', factors: [1, 1000] })
    expect(commonUnit('ns', 'us')).toEqual({ unit: 'ms', factors: [1e-6, 1e-3] })
    expect(commonUnit('ops/s', 'ops/min')).toEqual({ unit: 'ops/s', factors: [1, 1 / 60] })
    expect(commonUnit('MB', 'MB')).toEqual({ unit: 'MB', factors: [1, 1] })
  })

  it.each([
    ['ms', 'ops/s'],
    ['MB', 'KB'],
    ['MB/s', 'KB/s'],
    ['ops/s', 'requests/s'],
    ['throughput', 'ops/s'],
  ])('%s and %s cannot be compared', (a, b) => {
    expect(commonUnit(a, b)).toBeUndefined()
  })
})
