import { defineConfig } from 'vitest/config';

const inBrowsers = {
  globalSetup: ['test/support/globalSetup.ts'],
  testTimeout: 120_000,
  hookTimeout: 120_000,
  isolate: false,
};

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.{ts,tsx}'],
          // Most of what they cost was loading the same modules for each file.
          isolate: false,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          exclude: ['test/integration/live/**'],
          globalSetup: ['test/support/globalSetup.ts'],
          // A hundred rounds on a machine that does much else; whoever waits for one thing gives up sooner.
          testTimeout: 90_000,
          hookTimeout: 90_000,
          // They wait for others more than they compute.
          maxWorkers: 6,
          // They replace no module and leave nothing behind: no need to load the server anew for each file.
          isolate: false,
        },
      },
      {
        test: {
          name: 'live',
          include: ['test/integration/live/**/*.test.ts'],
          globalSetup: ['test/support/globalSetup.ts'],
          testTimeout: 90_000,
          hookTimeout: 90_000,
          // Each mixes pictures in real time, for which it needs a part of a core all the time.
          maxWorkers: 3,
          isolate: false,
        },
      },
      {
        test: {
          ...inBrowsers,
          name: 'e2e',
          include: ['test/e2e/*.test.ts'],
          // Not how soon something happens is asked, nor how smooth it is: two fit on two cores.
          maxWorkers: 2,
        },
      },
      {
        test: {
          ...inBrowsers,
          name: 'e2e-timed',
          include: ['test/e2e/timed/*.test.ts'],
          // Where pictures are timed, one file has the machine for itself.
          fileParallelism: false,
        },
      },
      {
        test: {
          ...inBrowsers,
          // Of `npm run faults` alone: long schedules, and how soon a machine is back that does nothing else.
          name: 'e2e-faults',
          include: ['test/e2e/faults/*.test.ts'],
          fileParallelism: false,
        },
      },
    ],
  },
});
