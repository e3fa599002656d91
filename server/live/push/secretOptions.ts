import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { getCACertificates } from 'node:tls';
import { createWorkFolder } from '../mixer/workFolder.ts';

/** How FFmpeg is told of an address without any user of the machine seeing it among the arguments of processes. */
export interface SecretOptions {
  /** Without application and key; what is before the host stays. */
  address: string;
  /** File with the rest, for its option `-fpre`; only this user may read it. */
  path: string;
  /** Idempotent. */
  remove(): Promise<void>;
}

/** @param url of RTMP @throws what making a file throws */
export async function writeSecretOptions(url: string): Promise<SecretOptions> {
  const { address, options } = splitAddress(url);
  const folder = await createWorkFolder();
  const path = join(folder, 'push.ffpreset');
  const trust = /^rtmps:/i.test(url) ? await writeTrust(folder) : '';
  await writeFile(path, `${options}${trust}`, { mode: 0o600 });
  return { address, path, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** FFmpeg checks no certificate by itself, and the key would be whose who stands in between: it trusts whom Node trusts. */
async function writeTrust(folder: string): Promise<string> {
  const path = join(folder, 'trusted.pem');
  await writeFile(path, getCACertificates('default').join('\n'));
  return `tls_verify=1\nca_file=${path}\n`;
}

/**
 * Takes an address apart as FFmpeg does: of three names and more, two are the application, and whatever has a colon is
 * the key's (`rtmp_open` in its libavformat/rtmpproto.c).
 * @returns what may be seen, and options that hold the rest
 */
export function splitAddress(url: string): { address: string; options: string } {
  const [, address = '', rest = ''] = /^(\w+:\/\/[^/]*)\/?(.*)$/s.exec(url) ?? [];
  const [, app = rest, key = ''] = /^([^/]*\/[^/:]*|[^/]*)\/(.*)$/s.exec(rest) ?? [];
  const lines = [app && `rtmp_app=${app}\n`, key && `rtmp_playpath=${key}\n`];
  return { address, options: lines.join('') };
}
