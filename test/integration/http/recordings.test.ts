import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { EVERYTHING_ALLOWED } from '../../../protocol/meetings.ts';
import type { RouteResponse } from '../../../protocol/rest.ts';
import { isHosting } from '../../../protocol/rights.ts';
import { AppError } from '../../../server/core/AppError.ts';
import { createId } from '../../../server/core/ids.ts';
import { createLogger } from '../../../server/core/logger.ts';
import type { Database } from '../../../server/db/openDatabase.ts';
import { FolderStorage } from '../../../server/live/recordings/FolderStorage.ts';
import { RecordingAccess } from '../../../server/live/recordings/RecordingAccess.ts';
import { Recordings } from '../../../server/live/recordings/Recordings.ts';
import { Transcripts } from '../../../server/live/recordings/Transcripts.ts';
import { openTestDatabase, participantRecord } from '../../support/database.ts';
import { startHttpApp, type TestHttpApp } from '../../support/httpApp.ts';
import { fileOf, hostWithMeeting } from '../../support/live/recordings.ts';
import { call as callRoute } from '../../support/people.ts';

const CONTENT = randomBytes(5_000);
const JWT_SECRET = 'a secret of these tests, long enough for it';
const unused = () => Promise.reject(new Error('not part of this test'));

let db: Database;
let folder: string;
let app: TestHttpApp;
let now: number;
let mixers: string[];
let told: number;
let cohosts: Set<string>;
let host: string;
let meetingId: string;

beforeAll(async () => {
  db = await openTestDatabase('PGlite');
  folder = await mkdtemp(join(tmpdir(), 'parley-recordings-'));
  const store = db.recordings;
  const storage = new FolderStorage(folder);
  const clock = () => now;
  const meetings = {
    async read(ref: string) {
      const found = await db.meetings.findById(ref);
      if (!found) throw new AppError('NOT_FOUND');
      return found;
    },
  };
  app = await startHttpApp({
    auth: {
      ...{ signup: unused, login: unused, createGuest: unused, logout: unused },
      authenticate: (userId) =>
        Promise.resolve({
          ...{ kind: 'account' as const, userId, name: 'Ada', sessionId: 's1' },
          email: 'ada@example.org',
        }),
    },
    recordings: new Recordings({
      ...{ store, live: db.live, meetings, now: clock, logger: createLogger('silent', 'json') },
      isHosting: async (userId, ref) =>
        (await meetings.read(ref)).hostId === userId ||
        isHosting(cohosts.has(userId) ? 'cohost' : 'participant'),
      chooseMixer: () => mixers[0] ?? null,
      whyNone: () => null,
      tellMixers: () => (told += 1),
      tellSweep: () => undefined,
    }),
    recordingAccess: new RecordingAccess({
      ...{ store, chat: db.recordingChat, jwtSecret: JWT_SECRET, maxShares: 3, now: clock },
    }),
    recordingStore: store,
    recordingStorage: storage,
    transcripts: new Transcripts({ store, storage }),
  });
});
afterAll(async () => {
  await app.close();
  await db.close();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  now = Date.now();
  mixers = ['mixer'];
  told = 0;
  cohosts = new Set(['cohost']);
  ({ host, meetingId } = await hostWithMeeting(db));
});

const start = (token = host) =>
  callRoute(app, 'startRecording', { token, body: {}, params: { idOrCode: meetingId } });
const of = (recordingId: string, token = host) => ({ token, params: { recordingId } });
const refusal = (code: string) => ({ code });

/** One that can be played. */
async function addReady(): Promise<string> {
  const { recording } = await start();
  const { id } = recording;
  await callRoute(app, 'stopRecording', of(id));
  const file = fileOf(id, { bytes: CONTENT.length });
  await new FolderStorage(folder).put(file.key, Readable.from([CONTENT]));
  const done = { files: [file], durationMs: 5_000, expiresAt: null };
  expect(await db.recordings.finish(id, done, null)).toBe(true);
  return id;
}

type Opened = RouteResponse<'openRecording'>;
const urlOf = ({ files: [file] }: Opened): string => `${app.url}${file?.url ?? ''}`;

describe('whoever hosts', () => {
  test('starts and stops, once however often they ask', async () => {
    const first = await start();
    expect(first.recording).toMatchObject({ state: 'starting', composite: true, tracks: false });
    expect(await start('cohost')).toEqual(first);
    expect(told).toBe(1);
    const { id } = first.recording;
    expect(await callRoute(app, 'readRecording', of(id, 'cohost'))).toEqual(first);
    const stopped = await callRoute(app, 'stopRecording', of(id, 'cohost'));
    expect(stopped.recording.state).toBe('processing');
    expect(await callRoute(app, 'stopRecording', of(id))).toEqual(stopped);
    expect(told).toBe(2);
  });

  test('hears why nothing can record', async () => {
    mixers = [];
    await expect(start()).rejects.toMatchObject(refusal('NO_CAPACITY'));
    expect((await callRoute(app, 'listRecordings', { token: host })).recordings).toEqual([]);
    await db.meetings.update({ meetingId, epoch: 1 }, { endedAt: now });
    await expect(start()).rejects.toMatchObject(refusal('ENDED'));
    const nothing = { composite: false, tracks: false };
    const params = { idOrCode: meetingId };
    const asked = callRoute(app, 'startRecording', { token: host, body: nothing, params });
    await expect(asked).rejects.toMatchObject(refusal('INVALID_PAYLOAD'));
  });

  test('is somebody of that meeting, and its owner has the rest', async () => {
    await expect(start('somebody')).rejects.toMatchObject(refusal('FORBIDDEN'));
    const id = await addReady();
    for (const token of ['somebody', 'cohost']) {
      for (const name of [
        'readRecording',
        'openRecording',
        'removeRecording',
        'listRecordingShares',
      ] as const) {
        await expect(callRoute(app, name, of(id, token)), name).rejects.toMatchObject(
          refusal('FORBIDDEN'),
        );
      }
    }
    await expect(callRoute(app, 'readRecording', of('nothing'))).rejects.toMatchObject(
      refusal('NOT_FOUND'),
    );
  });
});

test('an owner lists, renames and removes', async () => {
  const id = await addReady();
  const { recordings } = await callRoute(app, 'listRecordings', {
    ...{ token: host, query: { meeting: meetingId } },
  });
  expect(recordings.map((one) => one.id)).toEqual([id]);
  expect(recordings[0]?.bytes).toBe(CONTENT.length);
  const renamed = await callRoute(app, 'renameRecording', { ...of(id), body: { title: 'Q3' } });
  expect(renamed.recording.title).toBe('Q3');
  const opened = await callRoute(app, 'openRecording', of(id));
  await callRoute(app, 'removeRecording', of(id));
  expect((await callRoute(app, 'listRecordings', { token: host })).recordings).toEqual([]);
  expect((await fetch(urlOf(opened))).status).toBe(404);
});

describe('a file', () => {
  test('is played with seeking, and downloaded', async () => {
    const opened = await callRoute(app, 'openRecording', of(await addReady()));
    const whole = await fetch(urlOf(opened));
    expect(whole.headers.get('content-type')).toBe('video/mp4');
    expect(whole.headers.get('accept-ranges')).toBe('bytes');
    expect(whole.headers.get('content-length')).toBe('5000');
    expect(Buffer.from(await whole.arrayBuffer())).toEqual(CONTENT);
    const part = await fetch(urlOf(opened), { headers: { range: 'bytes=4990-' } });
    expect([part.status, part.headers.get('content-range')]).toEqual([206, 'bytes 4990-4999/5000']);
    expect(Buffer.from(await part.arrayBuffer())).toEqual(CONTENT.subarray(4_990));
    const none = await fetch(urlOf(opened), { headers: { range: 'bytes=5000-' } });
    expect([none.status, none.headers.get('content-range')]).toEqual([416, 'bytes */5000']);
    const head = await fetch(urlOf(opened), { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, '5000']);
    const saved = await fetch(`${app.url}${opened.files[0]?.downloadUrl ?? ''}`);
    expect(saved.headers.get('content-disposition')).toBe('attachment; filename="recording.mp4"');
    await saved.arrayBuffer();
  });

  test('is for whoever has a ticket, while it lasts', async () => {
    const id = await addReady();
    const opened = await callRoute(app, 'openRecording', of(id));
    const [path = ''] = urlOf(opened).split('?');
    expect((await fetch(path)).status).toBe(401);
    expect((await fetch(`${path}?ticket=nonsense`)).status).toBe(401);
    const other = await callRoute(app, 'openRecording', of(await addReady()));
    const ticket = urlOf(other).split('?')[1] ?? '';
    expect((await fetch(`${path}?${ticket}`)).status).toBe(401);
    now -= 3_600_000;
    const over = await callRoute(app, 'openRecording', of(id));
    expect((await fetch(urlOf(over))).status).toBe(401);
  });

  test('is not there before the recording is ready', async () => {
    const { recording } = await start();
    await expect(callRoute(app, 'openRecording', of(recording.id))).rejects.toMatchObject(
      refusal('INVALID_STATE'),
    );
  });
});

describe('what was written meanwhile', () => {
  const SECOND_MS = 1_000;
  /** When the picture begins, a while after somebody wanted it. */
  let begins: number;
  let id: string;
  beforeEach(async () => {
    begins = now + SECOND_MS;
    await db.chatRooms.ensureMeetingRoom(meetingId, now);
    const stay = participantRecord(meetingId, host, { joinedAt: now, name: 'Ada' });
    await db.participants.enter({ meetingId, epoch: 0 }, [stay]);
    const { recording } = await start();
    ({ id } = recording);
    now = begins + 10 * SECOND_MS;
    await callRoute(app, 'stopRecording', of(id));
    const timeline = [{ at: begins, offsetMs: 0, durationMs: 10 * SECOND_MS }];
    const done = { files: [fileOf(id)], durationMs: 10_000, expiresAt: null, timeline };
    await db.recordings.finish(id, done, null);
  });
  const write = async (content: string, at: number, sender = host) => {
    const sent = await db.chatMessages.send({
      ...{ id: createId(), roomId: meetingId, senderId: sender, senderName: 'Ada', content },
      ...{ clientId: null, replyTo: null, mentions: [], now: begins + at },
    });
    return sent.is === 'stored' ? sent.messageId : sent.is;
  };
  const read = (ticket: string) =>
    callRoute(app, 'readRecordingChat', { params: { recordingId: id }, query: { ticket } });
  const texts = async (ticket: string) =>
    (await read(ticket)).messages.map(({ content, offsetMs }) => [content, offsetMs]);

  test('is beside it, in its place, as long as it is not deleted', async () => {
    expect((await callRoute(app, 'openRecording', of(id))).chat).toBeNull();
    await write('before anybody was told', -500);
    await write('first', 0);
    const regretted = await write('regretted', 2_000);
    await write('second', 4_200);
    await write('afterwards', 11_000);
    // Who is not in the meeting, as those who wait are not, writes nothing.
    expect(await write('from outside', 5_000, 'somebody')).toBe('refused');
    const { chat } = await callRoute(app, 'openRecording', of(id));
    const ticket = chat?.ticket ?? '';
    expect(await texts(ticket)).toEqual([
      ['first', 0],
      ['regretted', 2_000],
      ['second', 4_200],
    ]);
    await db.chatMessages.remove({ roomId: meetingId, messageId: regretted, senderId: host }, now);
    const { messages } = await read(ticket);
    expect(messages).toMatchObject([
      { name: 'Ada', content: 'first', at: new Date(begins).toISOString(), editedAt: null },
      { content: 'second' },
    ]);
    const file = await fetch(`${app.url}${chat?.url ?? ''}`);
    expect(await file.json()).toEqual({ messages });
    const { files } = await callRoute(app, 'openRecording', of(await addReady()));
    const [other] = files;
    const strange = new URL(other?.url ?? '', app.url).searchParams.get('ticket') ?? '';
    await expect(read(strange)).rejects.toMatchObject(refusal('UNAUTHENTICATED'));
    await expect(read('nonsense')).rejects.toMatchObject(refusal('UNAUTHENTICATED'));
  });

  test('is in links that say so only', async () => {
    await write('first', 0);
    const share = (withChat?: boolean) =>
      callRoute(app, 'shareRecording', { ...of(id), body: { ...(withChat && { withChat }) } });
    const without = await share();
    expect(without.share.withChat).toBe(false);
    const opened = await callRoute(app, 'openSharedRecording', { body: { token: without.token } });
    expect(opened.chat).toBeNull();
    const ticket = new URL(opened.files[0]?.url ?? '', app.url).searchParams.get('ticket') ?? '';
    await expect(read(ticket)).rejects.toMatchObject(refusal('NOT_FOUND'));
    const { token, share: made } = await share(true);
    const shown = await callRoute(app, 'openSharedRecording', { body: { token } });
    expect(await texts(shown.chat?.ticket ?? '')).toEqual([['first', 0]]);
    const params = { recordingId: id, shareId: made.id };
    await callRoute(app, 'revokeRecordingShare', { token: host, params });
    await expect(read(shown.chat?.ticket ?? '')).rejects.toMatchObject(refusal('UNAUTHENTICATED'));
  });

  test('is for nobody where nobody is to read the chat afterwards', async () => {
    await write('first', 0);
    const { chat } = await callRoute(app, 'openRecording', of(id));
    const settings = { ...EVERYTHING_ALLOWED, chatAfter: 'nobody' as const };
    await db.meetings.update({ meetingId, epoch: 0 }, { settings });
    await expect(read(chat?.ticket ?? '')).rejects.toMatchObject(refusal('NOT_FOUND'));
    expect((await callRoute(app, 'openRecording', of(id))).chat).toBeNull();
  });
});

describe('a transcript', () => {
  const vtt = (text: string) => `WEBVTT\n\n00:01.000 --> 00:02.500\n${text}\n`;
  const send = (id: string, content: string, { token = host, type = 'text/vtt' } = {}) =>
    fetch(`${app.url}/api/recordings/${id}/transcript`, {
      ...{ method: 'POST', body: content },
      headers: { authorization: `Bearer ${token}`, 'content-type': type },
    });
  const transcriptOf = ({ files }: Pick<Opened, 'files'>) =>
    files.find(({ kind }) => kind === 'transcript');
  const opened = (id: string) => callRoute(app, 'openRecording', of(id));
  const kept = async (id: string) =>
    (await new FolderStorage(folder).list(`recordings/${id}/transcript`)).length;

  test('is put beside it, replaced and taken away by its owner', async () => {
    const id = await addReady();
    expect((await send(id, vtt('Good morning'))).status).toBe(204);
    expect((await send(id, vtt('Good evening'))).status).toBe(204);
    const file = transcriptOf(await opened(id));
    expect(file).toMatchObject({ name: 'transcript.vtt', type: 'text/vtt', durationMs: null });
    const answer = await fetch(`${app.url}${file?.url ?? ''}`);
    expect(answer.headers.get('content-type')).toBe('text/vtt; charset=utf-8');
    expect(await answer.text()).toBe(vtt('Good evening'));
    expect(await kept(id)).toBe(1);
    // Whoever may play it may read it.
    const { token } = await callRoute(app, 'shareRecording', { ...of(id), body: {} });
    expect(
      transcriptOf(await callRoute(app, 'openSharedRecording', { body: { token } })),
    ).toBeDefined();
    await callRoute(app, 'removeTranscript', of(id));
    await callRoute(app, 'removeTranscript', of(id));
    expect(transcriptOf(await opened(id))).toBeUndefined();
    expect(await kept(id)).toBe(0);
    expect((await fetch(`${app.url}${file?.url ?? ''}`)).status).toBe(404);
  });

  test('is one, however many put theirs there at once', async () => {
    const id = await addReady();
    await Promise.all(Array.from({ length: 20 }, (_, n) => send(id, vtt(`Version ${n}`))));
    expect((await opened(id)).files.filter(({ kind }) => kind === 'transcript')).toHaveLength(1);
    expect(await kept(id)).toBe(1);
  });

  test('is refused where it is none, and from whoever does not own the recording', async () => {
    const id = await addReady();
    const codeOf = async (answer: Response) =>
      ((await answer.json()) as { error: { code: string } }).error.code;
    expect(await codeOf(await send(id, 'Good morning'))).toBe('INVALID_PAYLOAD');
    expect((await send(id, vtt('Hello'), { type: 'text/html' })).status).toBeGreaterThan(399);
    expect(await codeOf(await send(id, vtt('Hello'), { token: 'cohost' }))).toBe('FORBIDDEN');
    expect(await codeOf(await send('nothing', vtt('Hello')))).toBe('NOT_FOUND');
    const { recording } = await start();
    expect(await codeOf(await send(recording.id, vtt('Hello')))).toBe('INVALID_STATE');
    const removed = callRoute(app, 'removeTranscript', of(id, 'cohost'));
    await expect(removed).rejects.toMatchObject(refusal('FORBIDDEN'));
    expect(await kept(id)).toBe(0);
  });
});

describe('a link', () => {
  const share = (id: string) => callRoute(app, 'shareRecording', { ...of(id), body: { days: 2 } });
  const open = (token: string) => callRoute(app, 'openSharedRecording', { body: { token } });

  test('opens it for anybody, until it is taken back', async () => {
    const id = await addReady();
    const { share: made, token, path } = await share(id);
    expect(path).toBe(`/recordings/shared#${token}`);
    const opened = await open(token);
    expect(opened.recording.id).toBe(id);
    const content = await fetch(urlOf(opened));
    expect(Buffer.from(await content.arrayBuffer())).toEqual(CONTENT);
    const { shares } = await callRoute(app, 'listRecordingShares', of(id));
    expect(shares).toEqual([made]);
    const params = { recordingId: id, shareId: made.id };
    await callRoute(app, 'revokeRecordingShare', { token: host, params });
    await callRoute(app, 'revokeRecordingShare', { token: host, params });
    await expect(open(token)).rejects.toMatchObject(refusal('NOT_FOUND'));
    expect((await fetch(urlOf(opened))).status).toBe(401);
  });

  test('ends by itself, and with the recording', async () => {
    const id = await addReady();
    const { token } = await share(id);
    now += 2 * 86_400_000;
    await expect(open(token)).rejects.toMatchObject(refusal('NOT_FOUND'));
    const { token: next } = await share(id);
    await callRoute(app, 'removeRecording', of(id));
    await expect(open(next)).rejects.toMatchObject(refusal('NOT_FOUND'));
  });

  test('is one of a few, and its owner’s to make', async () => {
    const id = await addReady();
    for (let n = 0; n < 3; n += 1) await share(id);
    await expect(share(id)).rejects.toMatchObject(refusal('INVALID_STATE'));
    const asked = callRoute(app, 'shareRecording', { ...of(id, 'cohost'), body: {} });
    await expect(asked).rejects.toMatchObject(refusal('FORBIDDEN'));
    await expect(open('A'.repeat(43))).rejects.toMatchObject(refusal('NOT_FOUND'));
  });
});
