import { afterEach, beforeEach, expect } from 'vitest';
import { eventually } from '../eventually.ts';
import { signUp, type Person } from '../people.ts';
import { startTestServer, type TestServer } from '../TestServer.ts';
import { MIXING } from './airing.ts';
import { possessions } from './possessions.ts';

/** For each test a server that mixes, with somebody who hosts; it leaves no process and no folder behind. */
export function useMixingServer(env: Record<string, string> = {}) {
  let server: TestServer;
  let host: Person;
  let before: Awaited<ReturnType<typeof possessions>>;

  beforeEach(async () => {
    before = await possessions();
    server = await startTestServer({ ...MIXING, ...env });
    host = await signUp(server);
  });
  afterEach(async () => {
    await server.close();
    await eventually(async () => expect(await possessions()).toEqual(before));
  });

  return {
    get server() {
      return server;
    },
    get host() {
      return host;
    },
  };
}
