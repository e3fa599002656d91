import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { localAddresses } from './addresses.ts';
import type { DataDir } from './DataDir.ts';
import { ConfigError, type Config } from './loadConfig.ts';

const CERT_FILE = 'tls-cert.pem';
const KEY_FILE = 'tls-key.pem';
const DAY_MS = 86_400_000;
/** Browsers refuse certificates that are valid for longer than 398 days. */
const VALID_DAYS = 397;
const RENEW_BEFORE_DAYS = 14;

/** PEM texts. */
export interface TlsFiles {
  cert: string;
  key: string;
}

/**
 * The certificate to serve with: the configured files, or a self-signed one that is kept in the data
 * folder and made anew when it is about to expire or lacks one of this machine's names. Null: no TLS.
 * @throws ConfigError when a configured file cannot be read
 */
export async function loadTls(config: Config, dataDir: DataDir | null): Promise<TlsFiles | null> {
  const { tls } = config.server;
  if (tls === 'off') return null;
  if (tls !== 'self-signed') {
    return {
      cert: await readPem('server.tls.cert', tls.cert),
      key: await readPem('server.tls.key', tls.key),
    };
  }
  if (!dataDir) throw new ConfigError(['server.tls: self-signed needs a data folder']);
  const names = namesOf(config);
  const kept = await readKept(dataDir);
  if (kept && covers(kept.cert, names, Date.now())) return kept;
  const made = await createSelfSigned(names, Date.now());
  // The key first: a crash in between leaves a pair that does not match, which readKept finds.
  await dataDir.writePrivate(KEY_FILE, made.key);
  await dataDir.writePrivate(CERT_FILE, made.cert);
  return made;
}

/** Every name and address under which browsers may open this server. */
function namesOf(config: Config): string[] {
  const { publicUrl } = config.server;
  const own = hostname();
  const names = [
    'localhost',
    own,
    ...(own.includes('.') ? [] : [`${own}.local`]),
    ...(publicUrl === null ? [] : [new URL(publicUrl).hostname.replace(/^\[|\]$/g, '')]),
    ...localAddresses(),
    ...config.media.announcedAddresses,
  ];
  return [...new Set(names)].sort();
}

/** Whether a certificate (PEM) is valid for all names at `now` and for some time to come. */
export function covers(cert: string, names: readonly string[], now: number): boolean {
  const certificate = new X509Certificate(cert);
  const endsAt = Date.parse(certificate.validTo);
  if (endsAt - now < RENEW_BEFORE_DAYS * DAY_MS) return false;
  return names.every((name) =>
    isIP(name)
      ? certificate.checkIP(name) !== undefined
      : certificate.checkHost(name) !== undefined,
  );
}

/** A self-signed certificate for the names, valid from `now` (milliseconds). */
export async function createSelfSigned(names: readonly string[], now: number): Promise<TlsFiles> {
  // Most servers never need it, and it brings 6 MB.
  const { generate } = await import('selfsigned');
  const made = await generate([{ name: 'commonName', value: 'Parley' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    // A machine whose clock is behind must accept it too.
    notBeforeDate: new Date(now - DAY_MS),
    notAfterDate: new Date(now + (VALID_DAYS - 1) * DAY_MS),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: names.map((name) =>
          isIP(name) ? { type: 7, ip: name } : { type: 2, value: name },
        ),
      },
    ],
  });
  return { cert: made.cert, key: made.private };
}

async function readKept(dataDir: DataDir): Promise<TlsFiles | null> {
  try {
    const cert = await readFile(join(dataDir.path, CERT_FILE), 'utf8');
    const key = await readFile(join(dataDir.path, KEY_FILE), 'utf8');
    return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key)) ? { cert, key } : null;
  } catch {
    return null;
  }
}

async function readPem(key: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'error';
    throw new ConfigError([`${key}: ${path} cannot be read (${code})`]);
  }
}
