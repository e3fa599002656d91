import { createHash, createHmac, randomBytes } from 'node:crypto';

/** STUN (RFC 8489) and the little of TURN (RFC 8656) that it takes to see whether a server serves. */

const MAGIC = 0x2112a442;
const HEADER_BYTES = 20;
const INTEGRITY_BYTES = 24;

export const METHODS = { binding: 0x0001, allocate: 0x0003, refresh: 0x0004 } as const;
const ATTRIBUTES = {
  username: 0x0006,
  integrity: 0x0008,
  errorCode: 0x0009,
  lifetime: 0x000d,
  realm: 0x0014,
  nonce: 0x0015,
  requestedTransport: 0x0019,
} as const;
const UDP = 17;
const CLASS_MASK = 0x0110;
const ERROR = 0x0110;

export interface Credentials {
  username: string;
  password: string;
  realm: string;
  nonce: Buffer;
}

export interface StunAnswer {
  isError: boolean;
  /** 0 without one. */
  errorCode: number;
  realm: string | null;
  nonce: Buffer | null;
}

export interface StunRequest {
  method: keyof typeof METHODS;
  credentials?: Credentials;
  /** Seconds. */
  lifetime?: number;
}

export function encodeRequest({ method, credentials, lifetime }: StunRequest): Buffer {
  const attributes: Buffer[] = [];
  if (method === 'allocate') {
    attributes.push(attribute(ATTRIBUTES.requestedTransport, Buffer.from([UDP, 0, 0, 0])));
  }
  if (lifetime !== undefined) {
    const seconds = Buffer.alloc(4);
    seconds.writeUInt32BE(lifetime);
    attributes.push(attribute(ATTRIBUTES.lifetime, seconds));
  }
  if (credentials) {
    const { username, realm, nonce } = credentials;
    attributes.push(attribute(ATTRIBUTES.username, Buffer.from(username)));
    attributes.push(attribute(ATTRIBUTES.realm, Buffer.from(realm)));
    attributes.push(attribute(ATTRIBUTES.nonce, nonce));
  }
  const body = Buffer.concat(attributes);
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt16BE(METHODS[method], 0);
  header.writeUInt16BE(body.length + (credentials ? INTEGRITY_BYTES : 0), 2);
  header.writeUInt32BE(MAGIC, 4);
  randomBytes(12).copy(header, 8);
  const message = Buffer.concat([header, body]);
  if (!credentials) return message;
  const { username, realm, password } = credentials;
  const key = createHash('md5').update(`${username}:${realm}:${password}`).digest();
  const digest = createHmac('sha1', key).update(message).digest();
  return Buffer.concat([message, attribute(ATTRIBUTES.integrity, digest)]);
}

/** The answer to `request` in what came so far; null while it is not there, or is to something else. */
export function decodeAnswer(received: Buffer, request: Buffer): StunAnswer | null {
  if (received.length < HEADER_BYTES) return null;
  const end = HEADER_BYTES + received.readUInt16BE(2);
  if (received.length < end) return null;
  if (!received.subarray(4, HEADER_BYTES).equals(request.subarray(4, HEADER_BYTES))) return null;
  const found = new Map<number, Buffer>();
  for (let at = HEADER_BYTES; at + 4 <= end;) {
    const length = received.readUInt16BE(at + 2);
    found.set(received.readUInt16BE(at), received.subarray(at + 4, at + 4 + length));
    at += 4 + padded(length);
  }
  const code = found.get(ATTRIBUTES.errorCode);
  return {
    isError: (received.readUInt16BE(0) & CLASS_MASK) === ERROR,
    errorCode: code && code.length >= 4 ? (code[2] ?? 0) * 100 + (code[3] ?? 0) : 0,
    realm: found.get(ATTRIBUTES.realm)?.toString() ?? null,
    nonce: found.get(ATTRIBUTES.nonce) ?? null,
  };
}

export interface IceServerAddress {
  scheme: 'stun' | 'stuns' | 'turn' | 'turns';
  host: string;
  port: number;
  transport: 'udp' | 'tcp' | 'tls';
}

/** `turn:host:port?transport=tcp`, as in the configuration. */
export function parseIceUrl(url: string): IceServerAddress | null {
  const match = /^(stuns?|turns?):(\[[^\]]+\]|[^:?]+)(?::(\d+))?(?:\?transport=(udp|tcp))?$/.exec(
    url,
  );
  if (!match) return null;
  const [, scheme, host = '', port, transport = 'udp'] = match;
  const secure = scheme === 'stuns' || scheme === 'turns';
  return {
    scheme: scheme as IceServerAddress['scheme'],
    host: host.replace(/^\[|\]$/g, ''),
    port: port === undefined ? (secure ? 5349 : 3478) : Number(port),
    transport: secure ? 'tls' : (transport as 'udp' | 'tcp'),
  };
}

function attribute(type: number, value: Buffer): Buffer {
  const whole = Buffer.alloc(4 + padded(value.length));
  whole.writeUInt16BE(type, 0);
  whole.writeUInt16BE(value.length, 2);
  value.copy(whole, 4);
  return whole;
}

function padded(length: number): number {
  return Math.ceil(length / 4) * 4;
}
