import swc from 'unplugin-swc';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // SWC writes the decorator metadata that Nest injects by; .swcrc says how, except that tests are ES modules.
  plugins: [swc.vite({ module: { type: 'es6' } })],
  test: {
    watch: false,
    projects: [
      { extends: true, test: { name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: 20_000 } },
      {
        extends: true,
        test: { name: 'architecture', include: ['test/architecture/**/*.test.ts'], testTimeout: 30_000 },
      },
      {
        extends: true,
        test: {
          // One project, because each starts the services of the global setup for itself.
          name: 'services',
          include: ['test/integration/**/*.test.ts', 'test/e2e/**/*.test.ts'],
          globalSetup: 'test/support/global-setup.ts',
          pool: 'forks',
          // A test file is no process of its own: loading the application for each took a third of the time.
          isolate: false,
          // More than cores, because many of them wait for what they have stopped.
          maxWorkers: 3,
          // After the quick tests, which take every core.
          sequence: { groupOrder: 1 },
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          // By themselves: they stop and starve whatever they use.
          name: 'faults',
          include: ['test/faults/**/*.test.ts'],
          pool: 'forks',
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
          testTimeout: 90_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
