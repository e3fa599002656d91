import { startKept, type Kept } from './kept.ts';

const READY = 'Ready to accept connections';

export interface Redis extends Kept {
  readonly url: string;
}

/** A throwaway Redis of this process's own, which keeps nothing. */
export async function startRedis(binary: string, port: number): Promise<Redis> {
  const kept = await startKept({ name: 'Redis', ready: READY }, (folder) => [
    ...[binary, '--port', String(port), '--bind', '127.0.0.1', '--dir', folder],
    ...['--save', '', '--appendonly', 'no'],
  ]);
  return { url: `redis://127.0.0.1:${port}`, ...kept };
}
