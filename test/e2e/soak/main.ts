/** `npm run soak`: see docs/cluster.md. */
import { parseArgs } from 'node:util';
import { FAULT_NAMES } from './faults.ts';
import { Soak } from './Soak.ts';
import { tableOf } from './table.ts';

/** Of a run without `--minutes`, unless faults are named: then each comes once. */
const MINUTES = 10;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string' },
    seed: {
      type: 'string',
      default: process.env['PARLEY_SOAK_SEED'] ?? String(Date.now() % 1_000_000),
    },
    fault: { type: 'string', multiple: true },
  },
});
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const seed = Number(values.seed);
const chosen = FAULT_NAMES.filter((name) => values.fault?.includes(name));

say(`seed ${seed}`);
try {
  const measured = await Soak.run({
    seed,
    ...(chosen.length > 0 && { faults: chosen }),
    ...((chosen.length === 0 || values.minutes !== undefined) && {
      durationMs: Number(values.minutes ?? MINUTES) * 60_000,
    }),
    say,
  });
  say(`\n${tableOf(measured)}`);
} catch (error) {
  say(`\n✖ ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  say(`→ npm run soak -- --seed ${seed}`);
  process.exitCode = 1;
}
// Nobody waits for connections that a fault has left half open.
process.exit();
