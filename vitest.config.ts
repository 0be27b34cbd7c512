import { readFileSync } from 'node:fs'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Calls that start processes, and one of ten thousands of simulated evaluations. */
const STARTS_PROCESSES =
  /\b(?:assay|runCli|forkRun|browserOfTests|spawn|runTrial|measureFresh|assessWorkload)\(/

/** Files of one to two minutes each: one that begins last keeps a worker waiting. */
const LONGEST =
  /(?:loops|docs-commands|evaluate-sequence|gate|other-projects|report-page|evaluate)\.long\.test\.ts$/

/**
 * What takes long are processes, which is seen neither in the size of a file nor, in a fresh clone,
 * in times of an earlier run: so all workers end together.
 */
class ProcessesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const isLongest = ({ moduleId }: TestSpecification) => LONGEST.test(moduleId)
    const isStarting = ({ moduleId }: TestSpecification) =>
      STARTS_PROCESSES.test(readFileSync(moduleId, 'utf8'))
    const rank = (file: TestSpecification) => (isLongest(file) ? 0 : isStarting(file) ? 1 : 2)
    return [...sorted].sort((a, b) => rank(a) - rank(b))
  }
}

/**
 * Tests that start many processes, threads or pages take most of the time. They are a project of
 * their own, so that `npm test` takes five minutes: `npm run test:long`.
 */
const LONG = 'test/**/*.long.test.ts'

export default defineConfig({
  test: {
    projects: [
      {
        extends: true,
        test: { name: 'quick', include: ['test/**/*.test.ts'], exclude: [LONG] },
      },
      { extends: true, test: { name: 'long', include: [LONG] } },
    ],
    globalSetup: 'test/fixtures/shared-directory.ts',
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: 'forks',
    // Modules are loaded once per process, not once per file, which halves the time. So a test
    // leaves no state behind in a module or in the environment.
    isolate: false,
    // As many as the processors of a small host. A third saves time, but threads that end within
    // milliseconds are then profiled under a load in which a sampler may miss them.
    maxWorkers: 2,
    sequence: { sequencer: ProcessesFirst },
    reporters: [
      'default',
      ['json', { outputFile: `test-results/${process.env.TEST_REPORT || 'report'}.json` }],
    ],
    // No test opens a connection, and parsing further certificates takes longer than the rest of a
    // Node process's start.
    env: { TZ: 'UTC', NODE_EXTRA_CA_CERTS: '' },
    coverage: {
      provider: 'v8',
      include: ['engine/**/*.ts', 'harness/**/*.{ts,mjs}', 'scenarios/**/*.ts'],
      reporter: ['text-summary', 'json-summary'],
      reportsDirectory: 'test-results/coverage',
      thresholds: {
        lines: 90,
        branches: 85,
        'engine/cache/**': { lines: 95, branches: 85 },
        'harness/verdict/**': { lines: 95, branches: 85 },
        'harness/statistics/**': { lines: 95, branches: 85 },
        'harness/record/**': { lines: 95, branches: 85 },
        'harness/gate/**': { lines: 95, branches: 85 },
      },
    },
  },
})
