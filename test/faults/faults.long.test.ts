import { describe, expect, it } from 'vitest'

interface Fault {
  readonly command: string
  readonly mode: 'fail' | 'kill'
  readonly call: string
  readonly occurrence: number
}
const { faultsOf, runTrial } = (await import('./trial.mjs' as string)) as {
  faultsOf(command: string): Fault[]
  runTrial(fault: Fault): { readonly ended: string; readonly problems: readonly string[] }
}

/** A sample of `npm run fault-trials`: calls that publish a record and that replace a bundle. */
describe.each([
  ['refuse', /^(renameSync|fsyncSync) .* < harness\/record\/record-store/, 6],
  ['ingest', /^(promises\.rename|handle\.sync) /, 6],
])('%s, where a call of the operating system fails or is the last', (command, calls, atLeast) => {
  const faults = faultsOf(command).filter(({ call }) => calls.test(call))

  it('makes such calls', () => {
    expect(faults.length).toBeGreaterThanOrEqual(atLeast)
  })

  it.each(faults.filter((_, index) => index % 5 === 0))(
    'names the cause and is completed afterwards: $mode $call',
    (fault) => {
      expect(runTrial(fault).problems).toEqual([])
    },
  )
})
