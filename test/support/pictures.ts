import { crc32, deflateSync } from 'node:zlib';
import type { Person } from './people.ts';
import type { TestServer } from './TestServer.ts';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const GREY = 0;

/**
 * A grey picture.
 * @param data what is between header and end; that of the picture unless told
 */
export function pngOf(width: number, height: number, data?: Buffer): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, GREY, 0, 0, 0], 8);
  // Each row begins with its filter; 0 is none.
  const row = Buffer.concat([Buffer.from([0]), Buffer.alloc(width, 0x80)]);
  const pixels = data ?? deflateSync(Buffer.concat(Array.from({ length: height }, () => row)));
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('IDAT', pixels),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A chunk with its length and checksum. */
export function chunk(name: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name), content]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/** Has somebody be seen as a grey square. */
export async function setPicture(
  server: Pick<TestServer, 'url'>,
  { token }: Person,
  file = pngOf(8, 8),
): Promise<void> {
  const { ok, status } = await fetch(`${server.url}/api/users/me/avatar`, {
    method: 'POST',
    headers: { 'content-type': 'image/png', authorization: `Bearer ${token}` },
    body: new Uint8Array(file),
  });
  if (!ok) throw new Error(`the picture was refused with ${status}`);
}

/** What somebody is answered who asks for a picture as those in a meeting do. */
export async function statusOfPicture(
  server: Pick<TestServer, 'url'>,
  address: string | null | undefined,
  token?: string,
): Promise<number> {
  const { status } = await fetch(`${server.url}${address ?? '/nowhere'}`, {
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  });
  return status;
}
