import { defineConfig } from 'vitest/config'

/**
 * `npm run tools`: installs and runs the real 0x and clinic. They are large, slow and unmaintained,
 * so `npm test` leaves them out.
 */
export default defineConfig({
  test: {
    include: ['test/tools/*.check.ts'],
    testTimeout: 300_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 1,
    env: { TZ: 'UTC' },
  },
})
