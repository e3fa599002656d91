import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { RateLimits } from '../../server/auth/RateLimits.ts';
import { loadConfig } from '../../server/config/loadConfig.ts';
import { createHttpApp, type HttpAppDeps } from '../../server/http/createHttpApp.ts';

const unused = () => Promise.reject(new Error('not part of this test'));

export interface TestHttpApp {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * The HTTP side alone on a free port of loopback, without accounts, meetings or a client.
 * @param env configuration as environment variables
 */
export async function startHttpApp(
  overrides: Partial<HttpAppDeps> = {},
  env: Record<string, string> = {},
): Promise<TestHttpApp> {
  const config = loadConfig({ file: null, env });
  const app = createHttpApp({
    config,
    auth: {
      signup: unused,
      login: unused,
      createGuest: unused,
      logout: unused,
      authenticate: unused,
    },
    operators: { authenticate: unused, isOperator: () => false },
    rateLimits: new RateLimits(config.limits),
    meetings: {
      create: unused,
      list: unused,
      read: unused,
      invitedOf: unused,
      update: unused,
      end: unused,
      assertGuestMayAsk: unused,
    },
    admin: {
      listNodes: () => ({ nodes: [], isRegistryReachable: true }),
      markNode: unused,
      listMeetings: unused,
      readMeeting: unused,
      moveMeeting: unused,
      endMeeting: unused,
      listActs: unused,
    },
    chat: {
      rooms: {
        list: unused,
        create: unused,
        read: unused,
        update: unused,
        addMembers: unused,
        removeMember: unused,
      },
      messages: {
        send: unused,
        list: unused,
        edit: unused,
        remove: unused,
        react: unused,
        listSeen: unused,
        search: unused,
      },
    },
    webhookAdmin: { listEndpoints: unused, listDeliveries: unused, redeliver: unused },
    people: {
      search: unused,
      profile: unused,
      update: unused,
      setAvatar: unused,
      removeAvatar: unused,
      avatar: unused,
      picture: unused,
      listContacts: unused,
      request: unused,
      accept: unused,
      remove: unused,
      block: unused,
      unblock: unused,
      listBlocked: unused,
    },
    deletion: { delete: unused },
    calls: {
      list: unused,
      export: unused,
      read: unused,
      markSeen: unused,
      countMissed: unused,
    },
    live: {
      create: unused,
      list: unused,
      ofMeeting: unused,
      airedIn: unused,
      read: unused,
      update: unused,
      start: unused,
      stop: unused,
      remove: unused,
    },
    livePushes: { add: unused, remove: unused },
    liveAccess: { enter: unused, key: unused },
    liveListening: { watch: unused, health: unused },
    liveFiles: { read: unused },
    recordings: {
      ...{ start: unused, stop: unused, list: unused, read: unused, readOwn: unused },
      ...{ rename: unused, remove: unused, isOngoing: unused },
    },
    recordingAccess: {
      open: unused,
      openShared: unused,
      share: unused,
      file: unused,
      chat: unused,
    },
    recordingStore: { shares: unused, removeShare: unused },
    recordingStorage: { read: unused },
    transcripts: { set: unused, remove: unused },
    logger: pino({ level: 'silent' }),
    observe: () => undefined,
    ready: () => Promise.resolve([]),
    metrics: () => Promise.resolve({ contentType: 'text/plain', body: 'up 1\n' }),
    secure: false,
    clientDir: '/nowhere',
    ...overrides,
  });
  const handle = app.callback();
  const server = createServer((request, response) => void handle(request, response)).listen(
    0,
    '127.0.0.1',
  );
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
