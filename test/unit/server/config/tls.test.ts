import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DataDir } from '../../../../server/config/DataDir.ts';
import { ConfigError, loadConfig } from '../../../../server/config/loadConfig.ts';
import { covers, createSelfSigned, loadTls } from '../../../../server/config/tls.ts';

const DAY_MS = 86_400_000;
let path: string;
let dataDir: DataDir;
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'parley-tls-'));
  dataDir = await DataDir.open(path);
});
afterEach(async () => {
  await dataDir.release();
  await rm(path, { recursive: true });
});

const configOf = (tls: string, more: Record<string, string> = {}) =>
  loadConfig({ file: null, env: { PARLEY_SERVER_TLS: tls, ...more } });

test('no TLS where none is asked for', async () => {
  expect(await loadTls(configOf('off'), dataDir)).toBeNull();
});

test('a self-signed certificate has every name of this server and is kept', async () => {
  const config = configOf('self-signed', {
    PARLEY_SERVER_PUBLIC_URL: 'https://meet.example.org:8443',
    PARLEY_MEDIA_ANNOUNCED_ADDRESSES: '203.0.113.7',
  });
  const made = await loadTls(config, dataDir);
  if (!made) throw new Error('no certificate was made');
  const certificate = new X509Certificate(made.cert);
  expect(certificate.checkPrivateKey(createPrivateKey(made.key))).toBe(true);
  expect(certificate.checkHost('localhost')).toBeDefined();
  expect(certificate.checkHost('meet.example.org')).toBeDefined();
  expect(certificate.checkIP('127.0.0.1')).toBeDefined();
  expect(certificate.checkIP('203.0.113.7')).toBeDefined();
  expect(await loadTls(config, dataDir)).toEqual(made);
});

test('it is made anew when a name is missing or a half of it is broken', async () => {
  const first = await loadTls(configOf('self-signed'), dataDir);
  const named = configOf('self-signed', { PARLEY_SERVER_PUBLIC_URL: 'https://new.example.org' });
  const second = await loadTls(named, dataDir);
  expect(second?.cert).not.toBe(first?.cert);
  await writeFile(join(path, 'tls-key.pem'), first?.key ?? '');
  const third = await loadTls(named, dataDir);
  expect(third?.cert).not.toBe(second?.cert);
  await writeFile(join(path, 'tls-cert.pem'), 'broken');
  expect((await loadTls(named, dataDir))?.cert).not.toBe(third?.cert);
});

test('a certificate is renewed two weeks before its end, and browsers take its length', async () => {
  const now = Date.UTC(2026, 0, 1);
  const { cert } = await createSelfSigned(['localhost'], now);
  const { validFrom, validTo } = new X509Certificate(cert);
  const end = Date.parse(validTo);
  expect((end - Date.parse(validFrom)) / DAY_MS).toBeLessThanOrEqual(398);
  expect(covers(cert, ['localhost'], now)).toBe(true);
  expect(covers(cert, ['localhost', '192.0.2.1'], now)).toBe(false);
  expect(covers(cert, ['localhost'], end - 15 * DAY_MS)).toBe(true);
  expect(covers(cert, ['localhost'], end - 13 * DAY_MS)).toBe(false);
});

test('configured files are read, and named when they cannot be', async () => {
  await writeFile(join(path, 'c.pem'), 'certificate');
  await writeFile(join(path, 'k.pem'), 'key');
  const files = `{ cert: ${path}/c.pem, key: ${path}/k.pem }`;
  expect(await loadTls(configOf(files), dataDir)).toEqual({ cert: 'certificate', key: 'key' });
  const missing = loadTls(configOf(`{ cert: ${path}/c.pem, key: ${path}/none.pem }`), dataDir);
  await expect(missing).rejects.toBeInstanceOf(ConfigError);
  await expect(missing).rejects.toThrow('server.tls.key');
});
