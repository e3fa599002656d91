import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { signUp } from '../../support/people.ts';
import { startTestServer, type TestServer } from '../../support/TestServer.ts';

/** Far below what Node and `ws` wait for peers that say nothing, which is half a minute and more. */
const SOON_MS = 20_000;

describe('a server that closes', () => {
  const sockets: Socket[] = [];
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
  });

  async function dial(server: TestServer): Promise<Socket> {
    const socket = connect(server.port, '127.0.0.1');
    sockets.push(socket);
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    return socket;
  }

  it(
    'does not wait for connections on which nothing was ever said',
    async () => {
      const server = await startTestServer();
      const socket = await dial(server);
      const ended = once(socket, 'close');
      await server.close();
      await ended;
    },
    SOON_MS,
  );

  it(
    'does not wait for a client that answers no goodbye',
    async () => {
      const server = await startTestServer();
      const { token } = await signUp(server);
      const socket = await dial(server);
      const ended = once(socket, 'close');
      // A WebSocket that is opened, and then read no more: a laptop that was shut, say.
      socket.write(
        [
          `GET /socket.io/?EIO=4&transport=websocket&token=${token} HTTP/1.1`,
          `Host: 127.0.0.1:${server.port}`,
          'Connection: Upgrade',
          'Upgrade: websocket',
          'Sec-WebSocket-Version: 13',
          'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
          '\r\n',
        ].join('\r\n'),
      );
      const [answer] = (await once(socket, 'data')) as [Buffer];
      expect(answer.toString()).toContain('101 Switching Protocols');
      await server.close();
      await ended;
    },
    SOON_MS,
  );
});
