import { once } from 'node:events';
import jwt from 'jsonwebtoken';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { MAX_FRAME_BYTES } from '../../../server/cluster/envelopes.ts';
import { UnreachableError, type Mesh } from '../../../server/cluster/Mesh.ts';
import { deriveMeshKey, signMeshToken } from '../../../server/cluster/meshTokens.ts';
import type { WebSocketMesh } from '../../../server/cluster/WebSocketMesh.ts';
import { signToken } from '../../../server/auth/tokens.ts';
import { eventually } from '../../support/eventually.ts';
import { MESH_SECRET, Meshes, recordLinks } from '../../support/meshes.ts';
import { TcpProxy } from '../../support/TcpProxy.ts';

let meshes: Meshes;
beforeEach(() => {
  meshes = new Meshes();
});
afterEach(() => meshes.close());

/** A token as instance `x` shows it to instance `b`. */
const token = (changes: { secret?: string; to?: string } = {}): string =>
  signMeshToken(
    deriveMeshKey(changes.secret ?? MESH_SECRET),
    { from: 'x', link: 'made up', after: null },
    changes.to ?? 'b',
  );

const urlOf = (mesh: WebSocketMesh): string => `ws://127.0.0.1:${mesh.port}/mesh`;

/** A connection of instance `x` that says what the test wants it to. */
async function connect(mesh: WebSocketMesh): Promise<WebSocket> {
  const socket = new WebSocket(urlOf(mesh), { headers: { authorization: `Bearer ${token()}` } });
  // Its close follows.
  socket.on('error', () => undefined);
  await once(socket, 'open');
  return socket;
}

const say = (socket: WebSocket, envelope: Record<string, unknown>): void =>
  socket.send(JSON.stringify(envelope));

describe('a connection is refused', () => {
  let b: WebSocketMesh;
  beforeEach(async () => {
    b = await meshes.start('b');
  });

  const user = { sub: 'x', sid: 's', kind: 'account' as const, name: 'Ada' };
  const exp = Math.floor(Date.now() / 1_000) + 60;
  const claims = { iss: 'x', sub: 'x', aud: 'b', link: 'made up', after: null };
  const bearer = (content: object, key: Buffer | string = deriveMeshKey(MESH_SECRET)): string =>
    `Bearer ${jwt.sign(content, key, { header: { alg: 'HS256', typ: 'parley-mesh+jwt' } })}`;
  const unsigned = jwt.sign({ ...claims, exp }, '', {
    algorithm: 'none',
    header: { alg: 'none', typ: 'parley-mesh+jwt' },
  });

  it.each([
    ['without a token', 401, undefined],
    ['with a token that is none', 401, 'Bearer nonsense'],
    ['with a token of another secret', 401, `Bearer ${token({ secret: 'another' })}`],
    ['with a token for another instance', 421, `Bearer ${token({ to: 'c' })}`],
    ['with both wrong', 401, `Bearer ${token({ secret: 'another', to: 'c' })}`],
    ['with a token that is over', 401, bearer({ ...claims, exp: 1 })],
    ['with a token for ever', 401, bearer(claims)],
    ['with a token in the name of another', 401, bearer({ ...claims, exp, sub: 'y' })],
    ['with a token of the secret itself', 401, bearer({ ...claims, exp }, MESH_SECRET)],
    ['with a token that nobody signed', 401, `Bearer ${unsigned}`],
    [
      'with a token of the key for something else',
      401,
      `Bearer ${jwt.sign({ ...claims, exp }, deriveMeshKey(MESH_SECRET))}`,
    ],
    [
      "with a user's token of the same secret",
      401,
      `Bearer ${signToken(user, MESH_SECRET, Date.now() + 60_000)}`,
    ],
  ])('%s', async (_case, status, authorization) => {
    const socket = new WebSocket(urlOf(b), { headers: authorization ? { authorization } : {} });
    socket.on('error', () => undefined);
    const [, response] = (await once(socket, 'unexpected-response')) as [
      unknown,
      { statusCode: number },
    ];
    expect(response.statusCode).toBe(status);
    socket.terminate();
  });

  it('on another path, and without an upgrade', async () => {
    const headers = { authorization: `Bearer ${token()}` };
    const plain = `http://127.0.0.1:${b.port}`;
    expect((await fetch(`${plain}/mesh`, { headers })).status).toBe(426);
    expect((await fetch(`${plain}/else`, { headers })).status).toBe(404);
    const socket = new WebSocket(`ws://127.0.0.1:${b.port}/else`, { headers });
    socket.on('error', () => undefined);
    const [, response] = (await once(socket, 'unexpected-response')) as [
      unknown,
      { statusCode: number },
    ];
    expect(response.statusCode).toBe(404);
    socket.terminate();
  });

  it('when the other end does not prove to be the instance that was dialled', async () => {
    const stranger = await meshes.start('c', { secret: 'another' });
    meshes.addresses.set('b', `ws://127.0.0.1:${stranger.port}`);
    const a = await meshes.start('a');
    const links = recordLinks(a);
    await expect(a.call('b', 'echo', 1)).rejects.toThrow(UnreachableError);
    expect(links).toStrictEqual([]);
  });
});

describe('a link ends with', () => {
  it.each([
    ['what is no JSON', (socket: WebSocket) => socket.send('{')],
    ['an unknown kind', (socket: WebSocket) => say(socket, { kind: 'shout', at: 0 })],
    ['a message without a stamp', (socket: WebSocket) => say(socket, { kind: 'ping' })],
    ['binary data', (socket: WebSocket) => socket.send(Buffer.from('{"kind":"ping","at":0}'))],
    ['too large a frame', (socket: WebSocket) => socket.send('x'.repeat(MAX_FRAME_BYTES + 1))],
  ])('%s', async (_case, send) => {
    const b = await meshes.start('b');
    const links = recordLinks(b);
    const heard: unknown[] = [];
    b.serve('note', (args) => void heard.push(args));
    const socket = await connect(b);
    send(socket);
    say(socket, { kind: 'tell', operation: 'note', args: 1, at: 0 });
    await once(socket, 'close');
    await eventually(() => expect(links).toStrictEqual(['up x', 'closed x']));
    expect(heard).toStrictEqual([]);
  });
});

describe('messages that come late', () => {
  let b: WebSocketMesh;
  let heard: unknown[];
  beforeEach(async () => {
    heard = [];
    b = await meshes.start('b');
    b.serve('note', (args) => void heard.push(args));
  });

  const call = (id: number, at: number): Record<string, unknown> => ({
    kind: 'call',
    id,
    operation: 'note',
    args: id,
    ttlMs: 1_000,
    at,
  });

  it('are dropped when their caller has given up', async () => {
    const socket = await connect(b);
    // The clock of x stands anywhere.
    say(socket, { kind: 'ping', at: 1_000_000 });
    say(socket, call(1, 1_000_000 - 1_500));
    say(socket, call(2, 1_000_000));
    await eventually(() => expect(heard).toStrictEqual([2]));
    socket.terminate();
  });

  it('end the link when it would have been given up in the meantime', async () => {
    const socket = await connect(b);
    say(socket, { kind: 'ping', at: 1_000_000 });
    say(socket, { kind: 'tell', operation: 'note', args: 1, at: 1_000_000 - 5_000 });
    say(socket, call(2, 1_000_000));
    await once(socket, 'close');
    expect(heard).toStrictEqual([]);
  });

  it('of a link that another has replaced are not read', async () => {
    const links = recordLinks(b);
    const before = await connect(b);
    const after = await connect(b);
    say(before, call(1, 0));
    say(after, call(2, 0));
    await once(before, 'close');
    await eventually(() => expect(heard).toStrictEqual([2]));
    expect(links).toStrictEqual(['up x', 'closed x', 'up x']);
    after.terminate();
  });
});

describe('a peer', () => {
  let a: WebSocketMesh;
  let b: WebSocketMesh;
  const echo = async (from: Mesh, to: string): Promise<void> => {
    expect(await from.call(to, 'echo', 1)).toBe(1);
  };
  const startEcho = async (...args: Parameters<Meshes['start']>): Promise<WebSocketMesh> => {
    const mesh = await meshes.start(...args);
    mesh.serve('echo', (value) => value);
    mesh.serve('wait', async () => new Promise(() => undefined));
    return mesh;
  };
  /** Between both nodes, for dials of `a`. */
  const throughProxy = async (): Promise<TcpProxy> => {
    const proxy = await TcpProxy.start(b.port);
    meshes.addresses.set('b', proxy.url.replace('http', 'ws'));
    meshes.addresses.delete('a');
    return proxy;
  };

  it('whose port another instance has by now is gone', async () => {
    [a, b] = await Promise.all([startEcho('a'), startEcho('b')]);
    await echo(a, 'b');
    const links = recordLinks(a);
    const { port } = b;
    await b.close();
    const next = await startEcho('b2', { port });
    const waiting = a.call('b', 'echo', 1);
    await expect(waiting).rejects.toThrow(UnreachableError);
    await eventually(() => expect(links).toContain('refused b'));
    expect(links).not.toContain('up b');
    await echo(a, 'b2');
    await echo(next, 'a');
  });

  it('that goes is gone, and what waits for it fails', async () => {
    [a, b] = await Promise.all([startEcho('a'), startEcho('b')]);
    await echo(a, 'b');
    const links = recordLinks(a);
    const waiting = a.call('b', 'wait', null);
    const failed = expect(waiting).rejects.toThrow(UnreachableError);
    await b.close();
    await failed;
    await eventually(() => expect(links).toStrictEqual(['refused b']));
    await expect(a.call('b', 'echo', 1)).rejects.toThrow(UnreachableError);
    expect(links).toStrictEqual(['refused b', 'refused b']);
  });

  it('that was never there is gone, too', async () => {
    [a, b] = await Promise.all([startEcho('a'), startEcho('b')]);
    const links = recordLinks(a);
    await b.close();
    a.tell('b', 'echo', 1);
    await eventually(() => expect(links).toStrictEqual(['refused b']));
  });

  it('whose connection breaks is connected anew, and nothing arrives twice', async () => {
    [a, b] = await Promise.all([startEcho('a'), startEcho('b')]);
    const heard: unknown[] = [];
    b.serve('note', (args) => void heard.push(args));
    const proxy = await throughProxy();
    await echo(a, 'b');
    const links = recordLinks(a);
    a.tell('b', 'note', 1);
    await echo(a, 'b');
    proxy.cut();
    proxy.restore();
    await eventually(() => expect(links).toStrictEqual(['closed b', 'up b']));
    a.tell('b', 'note', 2);
    await echo(a, 'b');
    // Nobody dials a, which has dialled: its connection serves both.
    await echo(b, 'a');
    expect(heard).toStrictEqual([1, 2]);
    proxy.close();
  });

  it('whose connections break is connected anew when asked, not before', async () => {
    [a, b] = await Promise.all([startEcho('a'), startEcho('b')]);
    const proxy = await throughProxy();
    await echo(a, 'b');
    const links = recordLinks(a);
    proxy.cut();
    await eventually(() => expect(links).toStrictEqual(['closed b']));
    await expect(a.call('b', 'echo', 1)).rejects.toThrow(UnreachableError);
    proxy.restore();
    expect(links).toStrictEqual(['closed b']);
    await echo(a, 'b');
    expect(links).toStrictEqual(['closed b', 'up b']);
    proxy.close();
  });

  it('that both ends dial anew has one link again', async () => {
    [a, b] = await Promise.all([startEcho('a'), startEcho('b')]);
    const [toA, toB] = await Promise.all([TcpProxy.start(a.port), TcpProxy.start(b.port)]);
    meshes.addresses.set('a', toA.url.replace('http', 'ws'));
    meshes.addresses.set('b', toB.url.replace('http', 'ws'));
    await echo(a, 'b');
    const links = [recordLinks(a), recordLinks(b)];
    for (let round = 1; round <= 20; round++) {
      for (const proxy of [toA, toB]) {
        proxy.cut();
        proxy.restore();
      }
      await eventually(() => {
        for (const changes of links) expect(changes).toHaveLength(2 * round);
      });
      await Promise.all([echo(a, 'b'), echo(b, 'a')]);
    }
    const expected = (id: string): string[] =>
      Array.from({ length: 20 }, () => [`closed ${id}`, `up ${id}`]).flat();
    expect(links).toStrictEqual([expected('b'), expected('a')]);
    toA.close();
    toB.close();
  });

  it('that is silent is found out by both ends, and heard again when the path is whole', async () => {
    const timings = { pingMs: 100, silentMs: 1_000 };
    [a, b] = await Promise.all([startEcho('a', { timings }), startEcho('b', { timings })]);
    const proxy = await throughProxy();
    await echo(a, 'b');
    const [linksOfA, linksOfB] = [recordLinks(a), recordLinks(b)];
    proxy.silence();
    const lost = a.call('b', 'echo', 1, { timeoutMs: 20_000 });
    await expect(lost).rejects.toThrow(UnreachableError);
    expect(linksOfA).toStrictEqual(['silent b']);
    await eventually(() => expect(linksOfB).toStrictEqual(['silent a']));
    // Neither is a new connection answered.
    await expect(a.call('b', 'echo', 1, { timeoutMs: 20_000 })).rejects.toThrow(UnreachableError);
    expect(linksOfA).toStrictEqual(['silent b', 'silent b']);
    proxy.restore();
    await echo(a, 'b');
    expect(linksOfA).toStrictEqual(['silent b', 'silent b', 'up b']);
    proxy.close();
  });
});
