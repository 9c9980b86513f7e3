import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // One Temporal dev server for the whole run; tests find it with inject('temporalAddress').
    globalSetup: ['test/global-setup.ts'],
    // Processes, not threads: the SDK's native core is one per process.
    pool: 'forks',
    // Tests wait for most of their time; the two cores of CI are not busy with two of them.
    maxWorkers: 3,
    testTimeout: 30_000,
    // Real servers and processes on a shared machine: where nobody can look at it at once, a test has a second try, which the report names.
    retry: process.env['CI'] ? 1 : 0,
    hookTimeout: 60_000,
    teardownTimeout: 30_000,
    // Conditions are waited for, never slept for: so long, on a machine that does other things too.
    expect: { poll: { timeout: 20_000, interval: 50 } },
  },
});
