import { createHmac, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

const BINDING_REQUEST = 0x0001;
const MAGIC_COOKIE = 0x2112a442;
const FINGERPRINT_XOR = 0x5354554e;
const USERNAME = 0x0006;
const MESSAGE_INTEGRITY = 0x0008;
const PRIORITY = 0x0024;
const USE_CANDIDATE = 0x0025;
const FINGERPRINT = 0x8028;
const ICE_CONTROLLING = 0x802a;

/** The check of a controlling ICE agent that nominates at once, as RFC 8445 §7.2.2 has it. */
export function bindingRequest(
  local: { usernameFragment: string },
  remote: { usernameFragment: string; password: string },
): Buffer {
  const message = [
    attribute(USERNAME, Buffer.from(`${remote.usernameFragment}:${local.usernameFragment}`)),
    attribute(PRIORITY, Buffer.from([0x6e, 0x7f, 0x1e, 0xff])),
    attribute(ICE_CONTROLLING, randomBytes(8)),
    attribute(USE_CANDIDATE, Buffer.alloc(0)),
  ];
  const transaction = randomBytes(12);
  const signed = (rest: number): Buffer => {
    const body = Buffer.concat(message);
    const header = Buffer.alloc(20);
    header.writeUInt16BE(BINDING_REQUEST, 0);
    header.writeUInt16BE(body.length + rest, 2);
    header.writeUInt32BE(MAGIC_COOKIE, 4);
    transaction.copy(header, 8);
    return Buffer.concat([header, body]);
  };
  const integrity = createHmac('sha1', remote.password).update(signed(24)).digest();
  message.push(attribute(MESSAGE_INTEGRITY, integrity));
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE((crc32(signed(8)) ^ FINGERPRINT_XOR) >>> 0);
  message.push(attribute(FINGERPRINT, checksum));
  return signed(0);
}

function attribute(type: number, value: Buffer): Buffer {
  const header = Buffer.alloc(4);
  header.writeUInt16BE(type, 0);
  header.writeUInt16BE(value.length, 2);
  return Buffer.concat([header, value, Buffer.alloc((4 - (value.length % 4)) % 4)]);
}
