import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // Modules are loaded once per process, not once per file, which halves the time. So a test leaves no state behind in a module or in the environment.
    isolate: false,
    maxWorkers: 2,
    reporters: ['default', ['json', { outputFile: 'test-results/report.json' }]],
    env: { TZ: 'UTC' },
    coverage: {
      provider: 'v8',
      include: ['engine/**/*.ts', 'harness/**/*.ts', 'scenarios/**/*.ts'],
      reporter: ['text-summary', 'json-summary'],
      reportsDirectory: 'test-results/coverage',
      thresholds: {
        lines: 90,
        branches: 85,
        'engine/cache/**': { lines: 95, branches: 85 },
        'harness/verdict/**': { lines: 95, branches: 85 },
      },
    },
  },
})
