import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import type { PeerFigures } from '../../client/media/peerFigures.ts';
import type { IceServer } from '../../protocol/rtp.ts';
import { logsOf } from '../support/calls.ts';
import { eventually } from '../support/eventually.ts';
import { call } from '../support/people.ts';
import { TurnServer } from '../support/TurnServer.ts';
import { RELAY_ADDRESS, UdpRelay } from '../support/UdpRelay.ts';
import {
  countRestarts,
  figuresOf,
  hearsOther,
  openAdaAndBob,
  restartsOf,
  ringFromPage,
  seesAndHearsOther,
  type CallVisitor,
} from './support/callers.ts';
import { ONE_WORKER, type Host } from './support/hosting.ts';
import { launchBrowser } from './support/Visitor.ts';

const program = inject('turn');
const skipped = 'missing' in program ? ` (skipped: ${program.missing})` : '';
// Reporters leave out the names of what is skipped.
if (skipped !== '') process.stderr.write(`Calls over a TURN server are not tested${skipped}.\n`);
const HOUR_MS = 3_600_000;

describe.skipIf('missing' in program)(`a call of two over a TURN server${skipped}`, () => {
  let air: UdpRelay;
  let turn: TurnServer;
  let server: Host;
  let browser: Browser;
  let ada: CallVisitor;
  let bob: CallVisitor;

  beforeAll(async () => {
    if (!('path' in program)) return;
    air = await UdpRelay.start();
    turn = await TurnServer.start(program.path, air.port);
    // Its clients come by a cable that can be broken.
    server = await ONE_WORKER.start(turn.envAt(RELAY_ADDRESS));
    browser = await launchBrowser();
  });
  beforeEach(async () => {
    [ada, bob] = await openAdaAndBob(browser, server);
  });
  afterEach(async () => {
    await Promise.all([ada.visitor.close(), bob.visitor.close()]);
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
    await turn.stop();
    air.close();
  });

  async function talk(): Promise<(string | null)[]> {
    await ringFromPage(bob, ada);
    await ada.visitor.button('Answer with video').click();
    return byRelay(await Promise.all([ada, bob].map(seesAndHearsOther)));
  }

  /** Pictures take their time after a break: bandwidth is felt for anew. */
  const hear = async () => {
    await Promise.all([ada, bob].map(hearsOther));
    // Between one pair and the next there is none for a moment.
    await eventually(async () => byRelay(await Promise.all([ada, bob].map(figuresOf))));
  };

  /** Answers by which pairs it flows: at both ends over the relay. */
  function byRelay(figures: PeerFigures[]): (string | null)[] {
    for (const { pair } of figures) expect(pair).toEqual(['relay', 'relay']);
    return figures.map(({ pairId }) => pairId);
  }

  const lines = () =>
    [ada, bob].map(({ visitor }) => visitor.page.getByText('The connection is interrupted'));
  const noLines = () => Promise.all(lines().map((line) => line.waitFor({ state: 'detached' })));

  it('looks for another path when the one that it has dies without a word', async () => {
    await Promise.all([ada, bob].map(countRestarts));
    const before = await talk();
    air.silence();
    // Of the two, one notices first, and the other one follows.
    await Promise.any(lines().map((line) => line.waitFor()));
    await eventually(
      async () => {
        for (const one of [ada, bob]) expect(before).not.toContain((await figuresOf(one)).pairId);
      },
      20_000,
      200,
    );
    await hear();
    await noLines();

    // And again, as long as there is none to be found.
    const tries = await Promise.all([ada, bob].map(restartsOf));
    await turn.stop();
    await eventually(
      async () => {
        const now = await Promise.all([ada, bob].map(restartsOf));
        expect(Math.max(...now.map((count, of) => count - (tries[of] ?? 0)))).toBeGreaterThan(2);
      },
      30_000,
      200,
    );
    await turn.start();
    await hear();
    await noLines();
    // It did not move to the server, and nobody called again.
    expect(await server.routers()).toBe(0);
    await bob.visitor.button('Hang up').click();
    await ada.visitor.page.getByText('Bob Kahn hung up').waitFor();
    // It was less than a minute, and what there was of it is told.
    const { entries } = await logsOf(server, ada);
    const callId = entries.find(({ outcome }) => outcome === 'answered')?.callId ?? '';
    for (const { token } of [ada, bob]) {
      await eventually(async () => {
        const { timeline } = await call(server, 'readCall', { token, params: { callId } });
        const seconds = timeline.reduce((sum, minute) => sum + minute.seconds, 0);
        expect(seconds).toBeGreaterThanOrEqual(5);
      });
    }
  });

  it('lets nobody relay with credentials that are wrong or over', async () => {
    const gather = (iceServers: IceServer[]) =>
      ada.visitor.page.evaluate(async (iceServers) => {
        const connection = new RTCPeerConnection({ iceServers, iceTransportPolicy: 'relay' });
        const types = new Set<string | null>();
        const errors = new Set<number>();
        connection.onicecandidate = ({ candidate }) => candidate && types.add(candidate.type);
        connection.onicecandidateerror = ({ errorCode }) => errors.add(errorCode);
        connection.createDataChannel('any');
        await connection.setLocalDescription();
        while (connection.iceGatheringState !== 'complete') {
          await new Promise((done) => connection.addEventListener('icegatheringstatechange', done));
        }
        connection.close();
        return { types: [...types], errors: [...errors] };
      }, iceServers);
    expect(await gather(turn.credentials())).toEqual({ types: ['relay'], errors: [] });
    const refused = { types: [], errors: [401] };
    expect(await gather(turn.credentials({ secret: 'another secret' }))).toEqual(refused);
    const over = turn.credentials({ now: Date.now() - HOUR_MS });
    expect(await gather(over)).toEqual(refused);
  });
});
