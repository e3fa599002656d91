import { X509Certificate } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { constants } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { dirname } from 'node:path';
import { createWorker } from 'mediasoup';
import type { Config } from '../../server/config/loadConfig.ts';
import { failure, ok, reasonOf, warning, type Finding } from './findings.ts';

const DAY_MS = 86_400_000;
const SOON_DAYS = 14;

/** The oldest that runs TypeScript by itself, as `package.json` says. */
export function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 18)) return ok('Node', version);
  return failure(
    'Node',
    `${version} is too old.`,
    'Use 22.18 or newer, or npm start, which gets one.',
  );
}

/** Whether a worker starts and can do what the first person in a meeting asks of it. */
export async function checkWorker(ensure: () => Promise<string>): Promise<Finding> {
  const subject = 'Media worker';
  try {
    const workerBin = await ensure();
    const worker = await createWorker({ workerBin, logLevel: 'none' });
    try {
      const webRtcServer = await worker.createWebRtcServer({
        listenInfos: [{ protocol: 'udp', ip: '127.0.0.1' }],
      });
      const router = await worker.createRouter();
      await router.createWebRtcTransport({ webRtcServer });
    } finally {
      worker.close();
    }
    return ok(subject, workerBin);
  } catch (error) {
    return failure(
      subject,
      reasonOf(error),
      'docs/provisioning.md tells where workers come from, and how to build one.',
    );
  }
}

/** Whether the folder can be made and written to. */
export async function checkDataDir({ server, database }: Config): Promise<Finding> {
  const subject = 'Data folder';
  const { dataDir, tls } = server;
  if (database.url !== null && tls !== 'self-signed') return ok(subject, 'not needed');
  for (let folder = dataDir; ; folder = dirname(folder)) {
    try {
      await access(folder, constants.W_OK);
      return ok(subject, dataDir);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' && folder !== dirname(folder)) continue;
      return failure(
        subject,
        `${folder} cannot be written to (${code ?? 'error'}).`,
        'Make it writable for this user, or set server.dataDir.',
      );
    }
  }
}

/** Addresses that a site's name stands for; empty when nobody knows it. Null without a site. */
export async function resolveSite(publicUrl: string | null): Promise<string[] | null> {
  if (publicUrl === null) return null;
  const host = new URL(publicUrl).hostname.replace(/^\[|\]$/g, '');
  const found = await lookup(host, { all: true }).catch(() => []);
  return found.map(({ address }) => address);
}

/** The certificate in a file, where there is one. */
export async function checkCertificateFile({
  tls,
  publicUrl,
}: Config['server']): Promise<Finding[]> {
  if (typeof tls === 'string') return [];
  const name = publicUrl === null ? null : new URL(publicUrl).hostname;
  try {
    return [checkCertificate(await readFile(tls.cert, 'utf8'), name, Date.now())];
  } catch (error) {
    return [
      failure(
        'Certificate',
        reasonOf(error),
        'Set server.tls to PEM files that this user may read.',
      ),
    ];
  }
}

/** @param pem first of its chain @param name under which people open the site @param now milliseconds */
export function checkCertificate(pem: string, name: string | null, now: number): Finding {
  const subject = 'Certificate';
  const certificate = new X509Certificate(pem);
  const days = Math.floor((Date.parse(certificate.validTo) - now) / DAY_MS);
  const isFor = (one: string) =>
    isIP(one) ? certificate.checkIP(one) : certificate.checkHost(one);
  if (name !== null && isFor(name) === undefined) {
    return failure(subject, `is not for ${name}.`, 'Get one for the name in server.publicUrl.');
  }
  if (days < 0) return failure(subject, 'has expired.', 'Renew it, then restart.');
  if (days < SOON_DAYS) {
    return warning(subject, `expires in ${days} days.`, 'Renew it, then restart.');
  }
  return ok(subject, `good for ${days} days`);
}
