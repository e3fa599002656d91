import type { Mesh } from '../../../server/cluster/Mesh.ts';
import type { ChatOfListeners } from '../../../server/compose/chatOfListeners.ts';
import { createListening } from '../../../server/compose/createListening.ts';
import type { NodeRegistry } from '../../../server/cluster/NodeRegistry.ts';
import { RateLimits } from '../../../server/auth/RateLimits.ts';
import { loadConfig } from '../../../server/config/loadConfig.ts';
import { createLogger } from '../../../server/core/logger.ts';
import { MixFiles, type MixOutputs } from '../../../server/live/MixFiles.ts';
import type { LiveStore } from '../../../server/live/stores.ts';
import { startHttpApp, type TestHttpApp } from '../httpApp.ts';

export interface ListeningNode extends TestHttpApp {
  /** Asks for a file of the room. */
  file(name: string, headers?: Record<string, string>): Promise<Response>;
  enter(pin?: string, headers?: Record<string, string>): Promise<Response>;
  key(nonce: string, number: number, headers?: Record<string, string>): Promise<Response>;
  status(listener?: string): Promise<{ room: { state: string }; listeners: number }>;
}

interface ListeningOptions {
  self: string;
  mesh: Mesh;
  rooms: Pick<LiveStore, 'find' | 'pushesOf'>;
  outputs?: MixOutputs;
  /** Without it, the meeting's chat is no part of the test. */
  chat?: ChatOfListeners;
  env?: Record<string, string>;
}

const ROOM = '/api/rooms/stage';

/** The HTTP side of a node as listeners of the room `stage` find it, on a free port of loopback. */
export async function startListening(options: ListeningOptions): Promise<ListeningNode> {
  const { self, mesh, rooms, outputs = null, env = {} } = options;
  const config = loadConfig({ file: null, env });
  const rateLimits = new RateLimits(config.limits);
  const registry = {
    find: (instanceId: string) => ({ instanceId, name: `node ${instanceId}` }),
  } as unknown as NodeRegistry;
  const listening = createListening({
    ...{ config, rateLimits, store: rooms, cluster: { registry } },
    chat: options.chat ?? NO_CHAT,
    recordings: { files: unused },
    mixes: new MixFiles({ self, mesh, outputs, now: Date.now }),
    jwtSecret: 'a secret of these tests, long enough for it',
    logger: createLogger('silent', 'json'),
  });
  const auth = {
    ...{ signup: unused, login: unused, createGuest: unused, logout: unused },
    authenticate: (token: string) =>
      Promise.resolve({
        ...{ kind: 'account' as const, userId: token, name: 'Ada', sessionId: 's1' },
        email: 'ada@example.org',
      }),
  };
  const app = await startHttpApp({ ...listening, auth, rateLimits }, env);
  return {
    ...app,
    file: (name, headers = {}) => fetch(`${app.url}/live/stage/hls/${name}`, { headers }),
    enter: (pin, headers = {}) =>
      fetch(`${app.url}${ROOM}/access`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(pin === undefined ? {} : { pin }),
      }),
    key: (nonce, number, headers = {}) =>
      fetch(`${app.url}${ROOM}/keys/${nonce}/${number}`, { headers }),
    async status(listener) {
      const query = listener === undefined ? '' : `?listener=${listener}`;
      const answer = await fetch(`${app.url}${ROOM}/status${query}`);
      return (await answer.json()) as { room: { state: string }; listeners: number };
    },
  };
}

const unused = () => Promise.reject(new Error('not part of this test'));
const NO_CHAT: ChatOfListeners = {
  store: { newest: unused, changes: unused, send: unused, find: unused },
  ...{ ensureRoom: unused, tellMeeting: unused },
};
