import { createHash, createHmac } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { checkIceServers } from '../../../../provision/doctor/iceServers.ts';
import { decodeAnswer, encodeRequest, parseIceUrl } from '../../../../provision/doctor/stun.ts';
import { configSchema } from '../../../../server/config/schema.ts';

const SECRET = 'shared';
const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

const ice = (input: object) => configSchema.parse({ ice: input }).ice;

/** What a TURN server with that secret says, attributes as RFC 8656 has them. */
function respond(request: Buffer, secret: string): Buffer {
  const method = request.readUInt16BE(0);
  const attributes = new Map<number, Buffer>();
  for (let at = 20; at < request.length;) {
    const length = request.readUInt16BE(at + 2);
    attributes.set(request.readUInt16BE(at), request.subarray(at + 4, at + 4 + length));
    at += 4 + Math.ceil(length / 4) * 4;
  }
  const username = attributes.get(6)?.toString();
  const password = createHmac('sha1', secret)
    .update(username ?? '')
    .digest('base64');
  const key = createHash('md5')
    .update(`${username ?? ''}:example.org:${password}`)
    .digest();
  const digest = createHmac('sha1', key).update(request.subarray(0, -24)).digest();
  const granted = method === 1 || attributes.get(8)?.equals(digest) === true;
  const body = granted
    ? Buffer.alloc(0)
    : Buffer.concat([
        Buffer.from([0, 9, 0, 4, 0, 0, 4, 1]),
        Buffer.from([0, 0x14, 0, 11]),
        Buffer.from('example.org\0'),
        Buffer.from([0, 0x15, 0, 4]),
        Buffer.from('once'),
      ]);
  const header = Buffer.from(request.subarray(0, 20));
  header.writeUInt16BE(method | (granted ? 0x0100 : 0x0110), 0);
  header.writeUInt16BE(body.length, 2);
  return Buffer.concat([header, body]);
}

async function startUdp(answer: (socket: Socket, message: Buffer, port: number) => void) {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  closers.push(() => socket.close());
  await once(socket, 'listening');
  socket.on('message', (message, { port }) => answer(socket, message, port));
  return socket.address().port;
}

const startServer = (secret: string) =>
  startUdp((socket, message, port) => socket.send(respond(message, secret), port, '127.0.0.1'));

test('a STUN server that answers', async () => {
  const url = `stun:127.0.0.1:${await startServer(SECRET)}`;
  expect(await checkIceServers(ice({ stunUrls: [url] }))).toMatchObject([{ level: 'ok' }]);
});

test.each([
  [SECRET, 'ok', 'relays with our credentials'],
  ['another', 'failure', 'does not take our credentials (401)'],
])('a TURN server with the secret %s', async (secret, level, message) => {
  const urls = [`turn:127.0.0.1:${await startServer(secret)}?transport=udp`];
  const found = await checkIceServers(ice({ turn: { urls, secret: SECRET } }));
  expect(found).toMatchObject([{ level, message }]);
});

test('one over TCP, in pieces', async () => {
  const server = createServer((socket) => {
    socket.on('data', (message) => {
      const answer = respond(message, SECRET);
      socket.write(answer.subarray(0, 7));
      setTimeout(() => socket.write(answer.subarray(7)), 10);
    });
  }).listen(0, '127.0.0.1');
  closers.push(() => server.close());
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const turn = { urls: [`turn:127.0.0.1:${port}?transport=tcp`], secret: SECRET };
  expect(await checkIceServers(ice({ turn }))).toMatchObject([{ level: 'ok' }]);
});

test('one that says nothing, and one that is not there', async () => {
  const silent = await startUdp(() => undefined);
  const stunUrls = [`stun:127.0.0.1:${silent}`, 'stun:127.0.0.1:1'];
  const [first, second] = await checkIceServers(ice({ stunUrls }));
  expect(first).toMatchObject({ level: 'failure' });
  expect(first?.message).toContain('nothing within 1000 ms');
  expect(second).toMatchObject({ level: 'failure' });
});

test('none at all', async () => {
  expect(await checkIceServers(ice({}))).toMatchObject([{ level: 'warning' }]);
  expect(await checkIceServers(ice({ policy: 'relay' }))).toMatchObject([{ level: 'failure' }]);
});

test('an answer to something else is none', () => {
  const [one, other] = [encodeRequest({ method: 'binding' }), encodeRequest({ method: 'binding' })];
  expect(decodeAnswer(respond(one, SECRET), other)).toBeNull();
  expect(decodeAnswer(respond(one, SECRET).subarray(0, 10), one)).toBeNull();
});

test.each([
  ['stun:a.example', { host: 'a.example', port: 3478, transport: 'udp' }],
  ['turn:a.example:3479?transport=tcp', { port: 3479, transport: 'tcp' }],
  ['turns:a.example?transport=tcp', { port: 5349, transport: 'tls' }],
  ['turn:[2001:db8::1]:3478', { host: '2001:db8::1' }],
])('%s', (url, parts) => {
  expect(parseIceUrl(url)).toMatchObject(parts);
});
