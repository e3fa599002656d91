import { createSocket } from 'node:dgram';
import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { iceServersFor } from '../../server/auth/iceServers.ts';
import type { Config } from '../../server/config/loadConfig.ts';
import { failure, ok, reasonOf, warning, type Finding } from './findings.ts';
import {
  decodeAnswer,
  encodeRequest,
  parseIceUrl,
  type IceServerAddress,
  type StunAnswer,
  type StunRequest,
} from './stun.ts';

const TIMEOUT_MS = 1_000;
/** UDP loses packets; the same request is answered the same way. */
const RESEND_MS = 300;
const UNAUTHORIZED = 401;

/** Whether the configured STUN and TURN servers answer from here, the latter with our secret. */
export async function checkIceServers(ice: Config['ice']): Promise<Finding[]> {
  const urls = [...ice.stunUrls, ...ice.turn.urls];
  if (urls.length > 0) return Promise.all(urls.map((url) => checkOne(url, ice)));
  if (ice.policy === 'relay') {
    return [
      failure('TURN', 'ice.policy is relay, and there is no TURN server.', 'Set ice.turn.urls.'),
    ];
  }
  return [
    warning(
      'TURN',
      'none is set: people whose network lets only TCP 443 out have no media.',
      'Set ice.turn.urls and ice.turn.secret (docs/operations.md), unless all are in one network.',
    ),
  ];
}

async function checkOne(url: string, ice: Config['ice']): Promise<Finding> {
  const address = parseIceUrl(url);
  if (!address) {
    return failure(url, 'is not an address that browsers take.', 'Expected turn:host:port.');
  }
  let exchange: Exchange | undefined;
  try {
    exchange = await open(address);
    return address.scheme.startsWith('stun')
      ? await tryStun(url, exchange)
      : await tryTurn(url, exchange, ice);
  } catch (error) {
    const protocol = address.transport === 'udp' ? 'UDP' : 'TCP';
    return failure(
      url,
      `does not answer: ${reasonOf(error)}`,
      `Look whether it runs, and whether ${protocol} port ${address.port} is open from here and from outside.`,
    );
  } finally {
    exchange?.close();
  }
}

async function tryStun(url: string, { ask }: Exchange): Promise<Finding> {
  const answer = await ask({ method: 'binding' });
  if (!answer.isError) return ok(url, 'answers');
  return failure(url, `refuses with ${answer.errorCode}`, 'Look into its log.');
}

async function tryTurn(url: string, { ask }: Exchange, ice: Config['ice']): Promise<Finding> {
  const first = await ask({ method: 'allocate' });
  const [{ username, credential: password } = {}] = iceServersFor(
    { ...ice, stunUrls: [] },
    'doctor',
    Date.now(),
  );
  if (!first.isError) {
    return warning(url, 'relays for anybody, without a password.', 'Set use-auth-secret in it.');
  }
  const { realm, nonce, errorCode } = first;
  if (errorCode !== UNAUTHORIZED || realm === null || nonce === null || !username || !password) {
    return failure(url, `refuses with ${errorCode}`, 'Look into its log.');
  }
  const credentials = { username, password, realm, nonce };
  const second = await ask({ method: 'allocate', credentials });
  if (second.isError) {
    return failure(
      url,
      `does not take our credentials (${second.errorCode})`,
      'Set ice.turn.secret to its static-auth-secret, and look whether its clock is right.',
    );
  }
  await ask({ method: 'refresh', credentials, lifetime: 0 }).catch(() => undefined);
  return ok(url, 'relays with our credentials');
}

interface Exchange {
  ask: (request: StunRequest) => Promise<StunAnswer>;
  close: () => void;
}

function open(address: IceServerAddress): Promise<Exchange> {
  return address.transport === 'udp' ? openUdp(address) : openStream(address);
}

async function openUdp({ host, port }: IceServerAddress): Promise<Exchange> {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  // A closed port is known by the system's answer only on a connected socket.
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.connect(port, host, () => resolve());
  });
  const ask = (request: StunRequest) =>
    answered(request, (message, take, fail) => {
      const send = () => socket.send(message);
      const timer = setInterval(send, RESEND_MS);
      socket.on('message', take);
      socket.on('error', fail);
      send();
      return () => {
        clearInterval(timer);
        socket.off('message', take);
        socket.off('error', fail);
      };
    });
  return { ask, close: () => socket.close() };
}

async function openStream({ host, port, transport }: IceServerAddress): Promise<Exchange> {
  const tls = transport === 'tls';
  const socket = tls ? connectTls({ host, port, servername: host }) : connectTcp({ host, port });
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error(`no connection within ${TIMEOUT_MS} ms`));
    }, TIMEOUT_MS);
    socket.once('error', reject);
    socket.once(tls ? 'secureConnect' : 'connect', resolve);
    socket.once('close', () => clearTimeout(timer));
    socket.once(tls ? 'secureConnect' : 'connect', () => clearTimeout(timer));
  });
  const ask = (request: StunRequest) =>
    answered(request, (message, take, fail) => {
      let received = Buffer.alloc(0);
      const collect = (part: Buffer): void => {
        received = Buffer.concat([received, part]);
        take(received);
      };
      socket.on('data', collect);
      socket.on('error', fail);
      socket.write(message);
      return () => {
        socket.off('data', collect);
        socket.off('error', fail);
      };
    });
  return { ask, close: () => socket.destroy() };
}

type Listen = (
  message: Buffer,
  take: (received: Buffer) => void,
  fail: (error: Error) => void,
) => () => void;

async function answered(request: StunRequest, listen: Listen): Promise<StunAnswer> {
  const message = encodeRequest(request);
  let stop: (() => void) | undefined;
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<StunAnswer>((resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`nothing within ${TIMEOUT_MS} ms`)), TIMEOUT_MS);
      const take = (received: Buffer): void => {
        const answer = decodeAnswer(received, message);
        if (answer) resolve(answer);
      };
      stop = listen(message, take, reject);
    });
  } finally {
    clearTimeout(timer);
    stop?.();
  }
}
