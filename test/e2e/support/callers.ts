import type { Browser, BrowserContextOptions } from 'playwright-core';
import type { PeerFigures } from '../../../client/media/peerFigures.ts';
import { eventually } from '../../support/eventually.ts';
import { call } from '../../support/people.ts';
import { TestClient } from '../../support/TestClient.ts';
import type { Host } from './hosting.ts';
import { Visitor } from './Visitor.ts';

declare global {
  interface Window {
    __parleyCall?: { stats(): Promise<PeerFigures> };
    /** The longest time, in milliseconds, in which no sound can have arrived. */
    __longestSilence?: number;
    /** How often another path was looked for. */
    __iceRestarts?: number;
  }
}

/** Somebody with an account at a browser, who can be called. */
export interface CallVisitor {
  readonly visitor: Visitor;
  readonly name: string;
  readonly userId: string;
  readonly token: string;
}

export async function openCaller(
  browser: Browser,
  url: string,
  name: string,
  options: BrowserContextOptions = {},
): Promise<CallVisitor> {
  const visitor = await Visitor.open(browser, url, options);
  await visitor.signUp(name);
  const token = await visitor.page.evaluate(() => localStorage.getItem('parley.token') ?? '');
  const { user } = await call({ url }, 'me', { token });
  return { visitor, name, token, userId: user.id };
}

/** Has the one know the other from a call of before, which was given up at once. */
export async function acquaint(url: string, from: CallVisitor, to: CallVisitor): Promise<void> {
  const client = await TestClient.connect(url, from.token);
  const { callId } = await client.request('call:initiate', { to: to.userId, callType: 'audio' });
  await client.request('call:end', { callId });
  client.close();
}

/** Ada and Bob, who know each other. */
export async function openAdaAndBob(
  browser: Browser,
  server: Host,
): Promise<[ada: CallVisitor, bob: CallVisitor]> {
  const [ada, bob] = await Promise.all([
    openCaller(browser, server.entrance(), 'Ada Lovelace'),
    openCaller(browser, server.entrance(), 'Bob Kahn'),
  ]);
  await acquaint(server.url, ada, bob);
  return [ada, bob];
}

/** Rings from the page of calls. */
export async function ringFromPage(from: CallVisitor, to: CallVisitor): Promise<void> {
  const { page } = from.visitor;
  await page.getByRole('link', { name: /^Calls/ }).click();
  await from.visitor.button(`Video call: ${to.name}`).first().click();
  await page.getByTestId('call').getByText(`Calling ${to.name}…`).waitFor();
}

export function figuresOf({ visitor }: CallVisitor): Promise<PeerFigures> {
  return visitor.page.evaluate(async () => {
    if (!window.__parleyCall) throw new Error('not in a call');
    return window.__parleyCall.stats();
  });
}

/** Waits until picture and sound of the other one arrive, anew from now. */
export async function seesAndHearsOther(one: CallVisitor): Promise<PeerFigures> {
  const before = await eventually(() => figuresOf(one), 20_000, 200);
  return eventually(
    async () => {
      const now = await figuresOf(one);
      const frames = now.framesDecoded - before.framesDecoded;
      const sound = now.audioEnergy - before.audioEnergy;
      if (frames < 4 || sound <= 0) throw new Error(`nothing new comes: ${JSON.stringify(now)}`);
      return now;
    },
    20_000,
    200,
  );
}

/** Waits until sound of the other one arrives, anew from now. */
export async function hearsOther(one: CallVisitor): Promise<PeerFigures> {
  const before = await figuresOf(one);
  return eventually(
    async () => {
      const now = await figuresOf(one);
      if (now.audioEnergy <= before.audioEnergy) throw new Error('no sound comes');
      return now;
    },
    20_000,
    200,
  );
}

/**
 * Begins to measure how long no sound arrives, from the other end or by the meeting. A page that is busy
 * looks seldom, while packets go on to arrive: each of them is 20 ms of sound, which is no silence.
 */
export function watchSound({ visitor }: CallVisitor): Promise<void> {
  return visitor.page.evaluate(() => {
    const PACKET_MS = 20;
    window.__longestSilence = 0;
    let heardAt = Date.now();
    const known = new Map<string, number>();
    let arrived = 0;
    const note = (way: string, packets: number): void => {
      arrived = Math.max(arrived, packets - (known.get(way) ?? 0));
      known.set(way, packets);
    };
    const look = async (): Promise<void> => {
      // What still comes of a call that has gone is not played.
      const plays = document.querySelector('[data-testid="call"]') !== null;
      const direct = await window.__parleyCall?.stats().catch(() => null);
      if (direct && plays) note('direct', direct.packetsReceived);
      const meeting = await window.__parley?.stats().catch(() => null);
      for (const one of meeting?.inbound ?? []) {
        if (one.kind === 'audio') note(one.consumerId, one.packetsReceived);
      }
      if (arrived > 0) {
        const now = Date.now();
        const silence = now - heardAt - arrived * PACKET_MS;
        window.__longestSilence = Math.max(window.__longestSilence ?? 0, silence);
        [heardAt, arrived] = [now, 0];
      }
      setTimeout(() => void look(), 60);
    };
    void look();
  });
}

/** In milliseconds; there is none before {@link watchSound}. */
export function longestSilence({ visitor }: CallVisitor): Promise<number> {
  return visitor.page.evaluate(() => window.__longestSilence ?? Infinity);
}

/** Begins to count how often the page looks for another path. */
export function countRestarts({ visitor }: CallVisitor): Promise<void> {
  return visitor.page.evaluate(`
    const { prototype } = RTCPeerConnection;
    const original = prototype.restartIce;
    window.__iceRestarts = 0;
    prototype.restartIce = function () {
      window.__iceRestarts++;
      original.call(this);
    };
  `);
}

/** There are none before {@link countRestarts}. */
export function restartsOf({ visitor }: CallVisitor): Promise<number> {
  return visitor.page.evaluate(() => window.__iceRestarts ?? 0);
}

/** Takes from a page every way to another browser; those to the server, which says that it is one, stay. */
export function keepApart({ visitor }: CallVisitor): Promise<void> {
  return visitor.page.evaluate(`
    const { prototype } = RTCPeerConnection;
    const original = prototype.setRemoteDescription;
    prototype.setRemoteDescription = function ({ type, sdp = '' }) {
      const ways = /a=candidate:.*\\r\\n/g;
      const own = sdp.includes('a=ice-lite') ? sdp : sdp.replaceAll(ways, '');
      return original.call(this, { type, sdp: own });
    };
    prototype.addIceCandidate = () => Promise.resolve();
  `);
}

/** Has a page call before it hears that it is called, as when two ring each other in the same moment. */
export async function hearsNoRinging({ visitor: { page } }: CallVisitor): Promise<void> {
  await page.routeWebSocket(/socket\.io/, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((message) => {
      if (!message.toString().includes('"call:incoming"')) socket.send(message);
    });
  });
  await page.reload();
}

/** As of a browser that plays nothing before a click. */
export function blockSound({ visitor }: CallVisitor): Promise<void> {
  return visitor.page.evaluate(() => {
    HTMLMediaElement.prototype.play = () => Promise.reject(new DOMException('', 'NotAllowedError'));
  });
}

/** Keeps the next call of a page from the server. Answers how to have it refused. */
export async function holdCall({ visitor: { page } }: CallVisitor): Promise<() => Promise<void>> {
  const { promise: asked, resolve } = Promise.withResolvers<(answer: object) => void>();
  await page.routeWebSocket(/socket\.io/, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((message) => {
      const [, id] = /^42(\d+)\["call:initiate"/.exec(message.toString()) ?? [];
      if (id === undefined) server.send(message);
      else resolve((answer) => socket.send(`43${id}${JSON.stringify([answer])}`));
    });
  });
  await page.reload();
  return async () => {
    const answer = await asked;
    answer({ ok: false, error: { code: 'NO_CAPACITY', message: 'full' } });
  };
}
