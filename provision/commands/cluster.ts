import { runTrial } from '../cluster/runTrial.ts';
import { runCommand } from '../command.ts';
import { ensureClient } from '../ensureClient.ts';
import { ensureRedis } from '../ensureRedis.ts';
import { ensureWorker } from '../ensureWorker.ts';
import { ProvisionError } from '../ProvisionError.ts';
import { runStep } from '../Step.ts';

await runCommand(async ({ stop, force, args }) => {
  if (args.length > 0) {
    throw new ProvisionError(
      `npm run cluster takes no arguments, and got ${args.join(' ')}.`,
      'Set what you want in config/parley.yaml or in the environment (docs/configuration.md).',
    );
  }
  console.log(`✔ Node ${process.versions.node}`);
  const workerBin = await runStep('Media worker', stop, ensureWorker);
  const redis = await runStep('Redis', stop, (step) => ensureRedis(step, 'run a trial cluster'));
  await runStep('Client', stop, ensureClient);
  await runTrial({ workerBin, redis, stop, force });
  return 0;
});
