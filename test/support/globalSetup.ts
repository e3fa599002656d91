import type { TestProject } from 'vitest/node';
import { ensureWorker } from '../../provision/ensureWorker.ts';
import { startPostgres } from './postgres.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A throwaway PostgreSQL, with rights to create databases. */
    postgresUrl: string;
  }
}

export default async function setUp({ provide }: TestProject) {
  process.env['MEDIASOUP_WORKER_BIN'] ??= await ensureWorker();
  const postgres = await startPostgres();
  provide('postgresUrl', postgres.url);
  return () => postgres.stop();
}
