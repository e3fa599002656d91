import { randomUUID } from 'node:crypto';
import type { ListenerChat, ListenerMessage } from '../../../protocol/liveChat.ts';
import { eventually } from '../eventually.ts';
import { call, type Person } from '../people.ts';
import { Refused } from '../TestClient.ts';
import { ask } from './airing.ts';

interface Site {
  url: string;
}

/** A mixer has to be ready. */
const LONG_MS = 40_000;

/** Takes a room on air, once there is a mixer; it need not be heard yet. */
export async function goOnAir(site: Site, host: Person, roomId: string): Promise<void> {
  await eventually(async () => {
    await ask(site, host, 'startLiveRoom', roomId);
  }, LONG_MS);
}

/** Settles when listeners are told so, a moment later. */
export async function openChat(
  site: Site,
  host: Person,
  roomId: string,
  listenerChat: ListenerChat,
): Promise<void> {
  const { token } = host;
  await call(site, 'updateLiveRoom', { token, params: { roomId }, body: { listenerChat } });
  await eventually(async () => {
    const { room } = await call(site, 'watchLiveRoom', { params: { roomId } });
    if (room.listenerChat !== listenerChat) throw new Error(`it is ${room.listenerChat}`);
  });
}

export function readChat(site: Site, token: string, roomId: string, after?: number) {
  const query = after === undefined ? {} : { after: String(after) };
  return call(site, 'readLiveChat', { token, params: { roomId }, query });
}

/** Writes as a listener. */
export async function writeChat(
  site: Site,
  token: string,
  roomId: string,
  content: string,
  more: { name?: string; clientId?: string } = {},
): Promise<ListenerMessage> {
  const body = { name: 'Lis', clientId: randomUUID(), content, ...more };
  return (await call(site, 'writeLiveChat', { token, params: { roomId }, body })).message;
}

/** Waits until a page that asks again and again shows these and no others, in this order. */
export async function shows(
  site: Site,
  token: string,
  roomId: string,
  contents: readonly string[],
): Promise<ListenerMessage[]> {
  const shown = new Map<string, ListenerMessage>();
  let cursor: number | undefined;
  return eventually(async () => {
    const answer = await readChat(site, token, roomId, cursor);
    ({ cursor } = answer);
    if (answer.isWhole) shown.clear();
    for (const message of answer.messages) shown.set(message.id, message);
    for (const id of answer.removed) shown.delete(id);
    const all = [...shown.values()].sort((one, other) => one.seq - other.seq);
    const texts = all.map(({ content }) => content);
    if (JSON.stringify(texts) !== JSON.stringify(contents)) {
      throw new Error(`shown are ${texts.join(', ')}`);
    }
    return all;
  });
}

/** Waits until reading the chat is refused. */
export async function isRefused(
  site: Site,
  token: string,
  roomId: string,
  code: string,
): Promise<void> {
  await eventually(async () => {
    const refused = await readChat(site, token, roomId).then(
      () => null,
      (error: unknown) => error,
    );
    if (!(refused instanceof Refused) || refused.code !== code) {
      throw new Error(`not refused with ${code}`, { cause: refused });
    }
  });
}
