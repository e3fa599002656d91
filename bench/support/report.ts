import { cpus, release } from 'node:os';

/** One JSON line for each result. `met` is null where there is no gate. */
export function report(
  bench: string,
  figures: Record<string, unknown>,
  gate: { text: string; met: boolean } | null = null,
): void {
  console.log(
    JSON.stringify({
      bench,
      ...figures,
      gate: gate?.text ?? null,
      met: gate?.met ?? null,
      machine: {
        cpu: cpus()[0]?.model,
        cores: cpus().length,
        kernel: release(),
        node: process.version,
      },
      at: new Date().toISOString(),
    }),
  );
}
