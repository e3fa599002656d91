import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EDGE_BACKENDS, databaseEnv } from '../../support/backends.ts';
import { befriend, block, contactOf } from '../../support/contacts.ts';
import {
  call,
  createMeeting,
  createVisits,
  enterAsGuest,
  signUp,
  type Person,
} from '../../support/people.ts';
import { chunk, pngOf, setPicture, statusOfPicture } from '../../support/pictures.ts';
import { startTestServer, type TestServer } from '../../support/TestServer.ts';

const MAX_BYTES = 100_000;
const SECRET = 'taken at home, 51.5 N';
const SCRIPT = '<script>alert(1)</script>';

describe.each(EDGE_BACKENDS)('pictures of people on %s', (backend) => {
  let server: TestServer;
  let ada: Person;
  const visits = createVisits(() => server);
  beforeAll(async () => {
    server = await startTestServer({
      ...(await databaseEnv(backend)),
      PARLEY_PEOPLE_AVATAR_BYTES: String(MAX_BYTES),
      PARLEY_LIMITS_UPLOAD_AVATAR_PER_ACCOUNT_POINTS: '1000',
    });
    ada = await signUp(server);
  });
  afterAll(async () => {
    visits.end();
    await server.close();
  });

  const send = (body: Uint8Array | string, type = 'image/png', { token } = ada) =>
    fetch(`${server.url}/api/users/me/avatar`, {
      method: 'POST',
      headers: { 'content-type': type, authorization: `Bearer ${token}` },
      body: typeof body === 'string' ? body : new Uint8Array(body),
    });
  const profile = async () => {
    const params = { userId: ada.userId };
    return (await call(server, 'readPerson', { token: ada.token, params })).person;
  };
  const pictureAt = async (address: string | null): Promise<Response> =>
    fetch(`${server.url}${address ?? '/none'}`);

  it.each(['png', 'jpeg', 'webp'] as const)('are made anew from %s', async (format) => {
    const file = await sharp({
      create: { width: 400, height: 300, channels: 3, background: 'teal' },
    })
      .withExif({ IFD0: { Copyright: SECRET } })
      .toFormat(format)
      .toBuffer();
    expect(file.includes(SECRET)).toBe(true);
    expect((await send(file, `image/${format}`)).status).toBe(200);
    const { avatarUrl } = await profile();
    const answer = await pictureAt(avatarUrl);
    expect(answer.headers.get('content-type')).toBe('image/webp');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('cache-control')).toContain('immutable');
    expect(answer.headers.get('content-security-policy')).toBe("default-src 'none'; sandbox");
    const stored = Buffer.from(await answer.arrayBuffer());
    expect(stored.includes(SECRET)).toBe(false);
    const { format: kept, width, height, exif } = await sharp(stored).metadata();
    expect({ kept, width, height, exif }).toEqual({
      ...{ kept: 'webp', width: 256, height: 256 },
      exif: undefined,
    });
  });

  it('have another address each, and the one before is gone', async () => {
    await send(pngOf(8, 8));
    const first = (await profile()).avatarUrl;
    await send(pngOf(8, 8));
    const second = (await profile()).avatarUrl;
    expect(second).not.toBe(first);
    expect((await pictureAt(first)).status).toBe(404);
    expect((await pictureAt(second)).status).toBe(200);
    const { person } = await call(server, 'removeAvatar', { token: ada.token });
    expect(person.avatarUrl).toBeNull();
    expect((await pictureAt(second)).status).toBe(404);
  });

  it('are elsewhere for the others when somebody is blocked who knows the address', async () => {
    const [host, alan, eve] = [await signUp(server), await signUp(server), await signUp(server)];
    await setPicture(server, host);
    for (const other of [alan, eve]) await befriend(server, host, other);
    const known = (await contactOf(server, eve, host))?.person.avatarUrl ?? null;
    const clients = [await visits.connect(host), await visits.connect(alan)];
    const atEve = await visits.connect(eve);
    await block(server, host, eve);
    for (const client of clients) {
      const { person } = await client.next('profile-updated');
      expect(person.id).toBe(host.userId);
      expect((await pictureAt(person.avatarUrl)).status).toBe(200);
    }
    expect((await pictureAt(known)).status).toBe(404);
    await atEve.request('join-rooms', { roomIds: ['nowhere'] });
    expect(atEve.all('profile-updated')).toEqual([]);
  });

  const bomb = () => pngOf(30_000, 30_000, deflateSync(Buffer.alloc(2_000_000)));
  const svg = `<svg xmlns="http://www.w3.org/2000/svg">${SCRIPT}</svg>`;
  it.each<[what: string, file: () => Uint8Array | string, type?: string]>([
    ['nothing', () => ''],
    ['text', () => 'hello'],
    ['a page', () => `<html>${SCRIPT}`],
    ['a drawing that runs scripts', () => svg],
    ['such a drawing with the start of a picture', () => `\u0089PNG\r\n\u001a\n${svg}`],
    ['an animation', () => Buffer.from('GIF89a\x01\x00\x01\x00\x00\x00\x00;', 'latin1')],
    ['half a picture', () => pngOf(64, 64).subarray(0, 60)],
    ['a picture without pixels', () => pngOf(64, 64, deflateSync(Buffer.alloc(0)))],
    ['a picture that unpacks to 900 megapixels', bomb],
    ['the start of a JPEG', () => Buffer.from([0xff, 0xd8, 0xff, 0xe0])],
    ['a RIFF that is no WebP', () => Buffer.from('RIFF\0\0\0\0WEBPVP8 ')],
    ['zeros', () => Buffer.alloc(1_000)],
  ])('are not made of %s', async (_, file) => {
    await send(pngOf(8, 8));
    const before = await profile();
    const answer = await send(file());
    expect(answer.status).toBe(400);
    const { error } = (await answer.json()) as { error: { code: string } };
    expect(error.code).toBe('INVALID_PAYLOAD');
    expect(await profile()).toEqual(before);
  });

  it('carry nothing on that was hidden in the file', async () => {
    const parts = pngOf(16, 16);
    // A comment, and a page behind the end.
    const comment = chunk('tEXt', Buffer.from(`Comment\0${SCRIPT}`));
    const end = parts.length - 12;
    const file = Buffer.concat([
      ...[parts.subarray(0, end), comment, parts.subarray(end)],
      Buffer.from(`<html>${SCRIPT}`),
    ]);
    expect((await send(file)).status).toBe(200);
    const stored = await (await pictureAt((await profile()).avatarUrl)).text();
    expect(stored).not.toContain('script');
  });

  it('are refused when they are too large, of another type, or nobody’s', async () => {
    expect((await send(Buffer.alloc(MAX_BYTES + 1))).status).toBe(413);
    for (const type of ['image/svg+xml', 'image/gif', 'text/html', 'application/json']) {
      expect((await send(pngOf(8, 8), type)).status, type).toBe(415);
    }
    expect((await send(pngOf(8, 8), 'image/png', { ...ada, token: 'x' })).status).toBe(401);
    // What it is, and not what it is called.
    expect((await send(pngOf(8, 8), 'image/jpeg')).status).toBe(200);
    for (const id of ['x', '..%2f..%2fetc', 'a'.repeat(43), `${'a'.repeat(43)}.svg`]) {
      expect((await pictureAt(`/api/avatars/${id}`)).status).toBe(404);
    }
  });

  describe('in a meeting', () => {
    const shownOf = (of: Person, { participants }: { participants: readonly Shown[] }) =>
      participants.find(({ userId }) => userId === of.userId)?.avatarUrl;

    it('are seen by everybody there, as they are now', async () => {
      const [host, alan] = [await signUp(server), await signUp(server, 'Alan')];
      await setPicture(server, host);
      const { id, code } = await createMeeting(server, host);
      const atHost = await visits.come(host, id);
      const grace = await enterAsGuest(server, code);
      const [atAlan, atGrace] = [await visits.come(alan, id), await visits.come(grace, id)];
      const snapshot = await atGrace.next('meeting-joined');
      const first = shownOf(host, snapshot);
      expect(first).toContain(host.userId);
      expect([shownOf(alan, snapshot), shownOf(grace, snapshot)]).toEqual([null, null]);
      for (const { token } of [host, alan, grace]) {
        expect(await statusOfPicture(server, first, token)).toBe(200);
      }

      await setPicture(server, alan);
      const seen = [
        await atHost.next('participant-renamed'),
        await atGrace.next('participant-renamed'),
      ];
      for (const { participantId, name, avatarUrl } of seen) {
        expect({ participantId, name }).toEqual({
          participantId: atAlan.participantId,
          name: 'Alan',
        });
        expect(await statusOfPicture(server, avatarUrl, grace.token)).toBe(200);
      }
      await setPicture(server, host);
      const { avatarUrl: second } = await atAlan.next(
        'participant-renamed',
        ({ participantId }) => participantId === atHost.participantId,
      );
      expect(second).not.toBe(first);
      expect(await statusOfPicture(server, first, alan.token)).toBe(404);
      await call(server, 'removeAvatar', { token: host.token });
      await atAlan.next(
        'participant-renamed',
        ({ participantId, avatarUrl }) =>
          participantId === atHost.participantId && avatarUrl === null,
      );
      expect(await statusOfPicture(server, second, alan.token)).toBe(404);
    });

    it('are for whoever may see them alone, by whatever address', async () => {
      const [host, alan, eve] = [
        await signUp(server),
        await signUp(server, 'Alan'),
        await signUp(server, 'Eve'),
      ];
      await setPicture(server, host);
      const { id, code } = await createMeeting(server, host);
      await visits.come(host, id);
      const grace = await enterAsGuest(server, code);
      const atGrace = await visits.come(grace, id);
      const address = shownOf(host, await atGrace.next('meeting-joined'));
      expect(await statusOfPicture(server, address)).toBe(401);
      expect(await statusOfPicture(server, address, 'nonsense')).toBe(401);
      const forged = address?.replace(/[^/]+$/, 'A'.repeat(22));
      expect(await statusOfPicture(server, forged, alan.token)).toBe(404);
      const version = 'A'.repeat(22);
      for (const place of [`%00/pictures/${version}`, `${host.userId}/pictures/%00`]) {
        expect(await statusOfPicture(server, `/api/users/${place}`, alan.token)).toBe(404);
      }
      // What everybody in the meeting knows is not what opens the picture to anybody.
      const known = (
        await call(server, 'readPerson', { token: alan.token, params: { userId: host.userId } })
      ).person.avatarUrl;
      expect(known).not.toContain(address?.split('/').at(-1));

      await block(server, host, alan);
      await block(server, eve, host);
      const { avatarUrl: moved } = await atGrace.next('participant-renamed');
      expect(moved).not.toBe(address);
      for (const { token } of [alan, eve]) {
        expect(await statusOfPicture(server, moved, token)).toBe(404);
      }
      expect(await statusOfPicture(server, moved, grace.token)).toBe(200);
      await atGrace.request('leave-meeting', { meetingId: id });
      expect(await statusOfPicture(server, moved, grace.token)).toBe(404);
    });

    it('are seen by hosts of those who wait', async () => {
      const [host, alan] = [await signUp(server), await signUp(server, 'Alan')];
      const { id } = await createMeeting(server, host, { waitingRoom: true });
      const atHost = await visits.come(host, id);
      await setPicture(server, alan);
      await visits.come(alan, id);
      const { participant } = await atHost.next('participant-waiting');
      expect(await statusOfPicture(server, participant.avatarUrl, host.token)).toBe(200);
      await call(server, 'removeAvatar', { token: alan.token });
      await atHost.next('participant-waiting', ({ participant: now }) => now.avatarUrl === null);
    });
  });
});

interface Shown {
  userId: string;
  avatarUrl: string | null;
}
