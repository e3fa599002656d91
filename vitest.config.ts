import { defineConfig } from 'vitest/config';

/**
 * What these ask is not how soon something happens or how smooth it is: two of them fit on two cores.
 * Where pictures are timed, one file has the machine for itself.
 */
const UNTIMED = [
  'admin',
  'doors',
  'hosts',
  'meeting',
  'reach',
  'resilience',
  'split',
  'trial',
  'waitingRoom',
].map((name) => `test/e2e/${name}.test.ts`);

const inBrowsers = {
  globalSetup: ['test/support/globalSetup.ts'],
  testTimeout: 60_000,
  hookTimeout: 60_000,
};

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.{ts,tsx}'],
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          globalSetup: ['test/support/globalSetup.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
          // They wait for others more than they compute.
          maxWorkers: 3,
        },
      },
      {
        test: {
          ...inBrowsers,
          name: 'e2e',
          include: UNTIMED,
          maxWorkers: 2,
        },
      },
      {
        test: {
          ...inBrowsers,
          name: 'e2e-timed',
          include: ['test/e2e/**/*.test.ts'],
          exclude: UNTIMED,
          fileParallelism: false,
        },
      },
    ],
  },
});
