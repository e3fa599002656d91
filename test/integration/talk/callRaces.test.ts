import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pino } from 'pino';
import type { NotificationName } from '../../../protocol/notifications.ts';
import { CallService, type CallCaller } from '../../../server/calls/CallService.ts';
import { AppError } from '../../../server/core/AppError.ts';
import type { Database } from '../../../server/db/openDatabase.ts';
import { EDGE_BACKENDS } from '../../support/backends.ts';
import { accountRecord, openTestDatabase, sessionRecord } from '../../support/database.ts';
import { extent } from '../../support/extent.ts';
import { Random } from '../../support/Random.ts';

/** The embedded database has one node; it is to keep the same promises. */
const ROUNDS = { PostgreSQL: extent(500, 100), PGlite: 25 };
const STEPS = 5;
const SEED = 20_260_101;
const HOUR_MS = 3_600_000;

/** One of two who press whatever there is to press, each at a node of their own. */
interface Player {
  caller: CallCaller;
  service: CallService;
  /** Ids of calls that they have heard of, the latest last. */
  heard: string[];
}

describe.each(EDGE_BACKENDS)('two people on two nodes on %s', (backend) => {
  let db: Database;
  beforeAll(async () => {
    db = await openTestDatabase(backend);
  });
  afterAll(() => db.close());

  let shift = 0;
  const now = () => Date.now() + shift;
  const players = new Map<string, Player>();

  const createService = (): CallService =>
    new CallService({
      ...{ calls: db.calls, history: db.callHistory, people: db.people, now },
      deliveries: {
        toUsers: (userIds, name, payload) => {
          for (const userId of userIds) hear(players.get(userId), name, payload);
        },
        toUsersHere: () => undefined,
        toChannel: () => undefined,
        toConnection(connectionId, name, payload) {
          const isTheirs = ({ caller }: Player) => caller.connectionId === connectionId;
          hear([...players.values()].find(isTheirs), name, payload);
        },
      },
      isOnline: () => true,
      createMeeting: () => Promise.reject(new Error('not part of this test')),
      admitTo: () => Promise.resolve(),
      discardMeeting: () => Promise.resolve(),
      onTalking: () => undefined,
      limitInitiation: () => Promise.resolve(),
      iceFor: () => ({ iceServers: [], iceTransportPolicy: 'all' }),
      metrics: { started: () => undefined, ended: () => undefined, live: () => undefined },
      logger: pino({ level: 'silent' }),
      times: { ringTimeoutMs: 30_000, connectTimeoutMs: 60_000, reconnectGraceMs: 10_000 },
    });

  function hear(player: Player | undefined, name: NotificationName, payload: unknown): void {
    if (name.startsWith('call:')) player?.heard.push((payload as { callId: string }).callId);
  }

  async function seat(name: string, service: CallService): Promise<Player> {
    const account = accountRecord({ name });
    const session = sessionRecord(account.id);
    await db.users.insertWithSession(account, session);
    const { id: userId, email } = account;
    const player: Player = {
      ...{ service, heard: [] },
      caller: {
        principal: { kind: 'account', userId, name, email, sessionId: session.id },
        ...{ connectionId: `${name}/1`, isConnected: true },
      },
    };
    players.set(userId, player);
    return player;
  }

  /** One thing that somebody may do at any moment; being refused is as good. */
  async function act({ service, caller, heard }: Player, other: Player, what: number) {
    const callId = heard.at(-1) ?? 'none';
    const { connectionId, principal } = caller;
    try {
      if (what < 3) await service.initiate(caller, other.caller.principal.userId, 'audio', 'd');
      else if (what < 5) await service.accept(caller, callId, 'd');
      else if (what === 5) await service.reject(caller, callId, null);
      else if (what === 6) await service.end(caller, callId);
      else if (what === 7) await service.connected(caller, callId, 'host');
      else if (what === 8) await service.lose(principal.userId, connectionId);
      else await service.resume(caller, callId, 'd');
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      expect(['INVALID_STATE', 'NOT_FOUND', 'FORBIDDEN', 'UNAVAILABLE']).toContain(error.code);
    }
  }

  async function history({ caller: { principal } }: Player) {
    const page = { before: null, limit: 100, since: 0 };
    return db.callHistory.list(principal.userId, {}, page);
  }

  it(`agree in ${ROUNDS[backend]} interleavings, and are in one call at most`, async () => {
    const random = new Random(SEED);
    const services = [createService(), createService()] as const;
    const outcomes = new Set<string>();
    for (let round = 0; round < ROUNDS[backend]; round++) {
      players.clear();
      const ada = await seat(`ada-${round}`, services[0]);
      const bob = await seat(`bob-${round}`, services[1]);
      const plays = ([ada, bob] as const).map((player) => ({
        player,
        steps: Array.from({ length: STEPS }, () => Math.floor(random.next() * 10)),
        pauses: Array.from({ length: STEPS }, () => random.next() < 0.3),
      }));
      const where = `seed ${SEED}, round ${round}`;
      await Promise.all(
        plays.map(async ({ player, steps, pauses }) => {
          const other = player === ada ? bob : ada;
          for (const [index, what] of steps.entries()) {
            if (pauses[index]) await new Promise((resolve) => setImmediate(resolve));
            await act(player, other, what);
            const [ofAda, ofBob] = await Promise.all(
              [ada, bob].map(({ caller }) => db.calls.findLive(caller.principal.userId)),
            );
            // Looked at one after the other: a call may have ended or begun between the two.
            if (ofAda && ofBob && ofAda.id !== ofBob.id) {
              const both = await Promise.all([ofAda, ofBob].map(({ id }) => db.calls.find(id)));
              expect(
                both.some((call) => call?.state === 'ENDING'),
                where,
              ).toBe(true);
            }
          }
        }),
      );
      // Nobody presses anything any more: what is left ends by itself, looked after by both nodes at once.
      shift += HOUR_MS;
      const live = await db.calls.findLive(ada.caller.principal.userId);
      if (live?.state === 'CONNECTED') await services[0].end(ada.caller, live.id);
      const due = await db.calls.due(now(), 100);
      await Promise.all(due.flatMap((id) => services.map((service) => service.look(id))));
      for (const { caller } of [ada, bob]) {
        expect(await db.calls.findLive(caller.principal.userId), where).toBeNull();
      }
      const [ofAda, ofBob] = await Promise.all([history(ada), history(bob)]);
      const ids = ofAda.map(({ callId }) => callId);
      expect(new Set(ids).size, where).toBe(ids.length);
      expect(
        ofBob.map(({ callId }) => callId),
        where,
      ).toEqual(ids);
      for (const [index, one] of ofAda.entries()) {
        const two = ofBob[index];
        expect([one.reason, one.durationSec], where).toEqual([two?.reason, two?.durationSec]);
        expect(new Set([one.direction, two?.direction]).size, where).toBe(2);
        outcomes.add(one.outcome);
        const callers = one.direction === 'outgoing' ? one : two;
        const callees = one.direction === 'outgoing' ? two : one;
        const unheard = ['cancelled', 'busy', 'missed'].includes(callers?.outcome ?? '');
        expect(callees?.outcome, where).toBe(unheard ? 'missed' : callers?.outcome);
        // Both have heard of it, of its end as well.
        expect(ada.heard, where).toContain(one.callId);
        expect(bob.heard, where).toContain(one.callId);
      }
    }
    // Every way to end was gone.
    expect([...outcomes].sort()).toEqual(['answered', 'cancelled', 'declined', 'failed', 'missed']);
  }, 240_000);

  it('who keep apart do not hear of each other', async () => {
    players.clear();
    const service = createService();
    const [ada, bob] = [await seat('ada-apart', service), await seat('bob-apart', service)];
    const ids = [ada, bob].map(({ caller }) => caller.principal.userId) as [string, string];
    for (const [blocker, blocked] of [ids, [ids[1], ids[0]] as const]) {
      await db.people.block(blocker, blocked, now());
      const { callId } = await service.initiate(ada.caller, ids[1], 'audio', null);
      const entry = (await history(ada)).find((one) => one.callId === callId);
      // As it looks when somebody is not there.
      expect(entry).toMatchObject({ outcome: 'missed', reason: 'offline' });
      expect(bob.heard).toEqual([]);
      expect(await history(bob)).toEqual([]);
      await db.people.unblock(blocker, blocked);
    }
  });
});
