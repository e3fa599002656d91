import { expect, it } from 'vitest';
import type { FaultName } from '../soak/faults.ts';
import { Soak } from '../soak/Soak.ts';

/** Set it to see one run again. */
const SEED = Number(process.env['PARLEY_SOAK_SEED'] ?? 1);
/** What is lost most often; `npm run soak` has everything. */
const FAULTS: FaultName[] = ['kill signaling', 'restart Redis', 'kill media'];
/** This proves that everything recovers, on any machine; how fast, the soak and the benchmarks do. */
const SLACK = 5;

it(`keeps all promises while a cluster is broken, with PARLEY_SOAK_SEED=${SEED}`, async () => {
  const lines: string[] = [];
  const options = { seed: SEED, faults: FAULTS, slack: SLACK };
  try {
    const measured = await Soak.run({ ...options, say: (line) => void lines.push(line) });
    expect(new Set(measured.map(({ fault }) => fault))).toEqual(new Set(FAULTS));
  } catch (error) {
    process.stderr.write(`${lines.join('\n')}\n`);
    throw error;
  }
}, 240_000);
