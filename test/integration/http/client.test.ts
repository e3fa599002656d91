import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { get as httpGet, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startHttpApp, type TestHttpApp } from '../../support/httpApp.ts';

const PAGE = '<!doctype html><title>Parley</title>';
const SCRIPT = 'console.log("parley")';
let folder: string;
let app: TestHttpApp;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-client-'));
  await mkdir(join(folder, 'assets'));
  await writeFile(join(folder, 'index.html'), PAGE);
  await writeFile(join(folder, 'icon.svg'), '<svg/>');
  await writeFile(join(folder, '.hidden'), 'no');
  await writeFile(join(folder, 'assets', 'app-1a2b.js'), SCRIPT);
  await writeFile(join(folder, 'assets', 'app-1a2b.js.br'), brotliCompressSync(SCRIPT));
  app = await startHttpApp({ clientDir: folder });
});
afterAll(async () => {
  await app.close();
  await rm(folder, { recursive: true, force: true });
});

const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  fetch(app.url + path, { method, headers });
const html = { accept: 'text/html' };

test('a page is index.html, whatever its address, and asked for anew each time', async () => {
  for (const path of ['/', '/m/bcd-fgh-jkm', '/apiary']) {
    const response = await get(path, html);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('no-cache');
    expect(await response.text()).toBe(PAGE);
  }
});

test('nothing else is answered with the page', async () => {
  const refused = [
    await get('/api/nothing', html),
    await get('/api', html),
    await get('/missing.js', html),
    await get('/assets/app-9z.js'),
    await get('/page', { accept: 'application/json' }),
    await get('/page', html, 'POST'),
    await get('/.hidden', html),
    await get('/assets/app-1a2b.js.br', html),
  ];
  expect(refused.map(({ status }) => status)).toEqual(refused.map(() => 404));
});

test('what has its hash in its name is kept for ever', async () => {
  const response = await get('/assets/app-1a2b.js');
  expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  expect(response.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  expect((await get('/icon.svg')).headers.get('cache-control')).toBe('no-cache');
});

test('files go out packed to whoever unpacks them', async () => {
  const packed = await getRaw('/assets/app-1a2b.js', { 'accept-encoding': 'gzip, br' });
  expect(packed.headers['content-encoding']).toBe('br');
  expect(brotliDecompressSync(packed.content).toString()).toBe(SCRIPT);

  const plain = await getRaw('/assets/app-1a2b.js');
  expect(plain.headers['content-encoding']).toBeUndefined();
  expect(plain.headers.vary).toContain('Accept-Encoding');
  expect(plain.content.toString()).toBe(SCRIPT);
});

test('what a browser has is not sent again', async () => {
  const first = await getRaw('/', html);
  const second = await getRaw('/', { ...html, 'if-none-match': first.headers.etag ?? '' });
  expect(second.status).toBe(304);
  expect(second.content).toHaveLength(0);
});

test('HEAD has the headers alone', async () => {
  const response = await get('/', html, 'HEAD');
  expect(response.headers.get('content-length')).toBe(String(PAGE.length));
  expect(await response.text()).toBe('');
});

test('nothing outside the folder is served', async () => {
  const { status } = await getRaw('/../../../../etc/passwd', { accept: 'text/plain' });
  expect(status).toBe(404);
});

/** As it is on the wire: fetch would tidy the path, unpack the content and add headers. */
async function getRaw(path: string, headers: Record<string, string> = {}) {
  const { port } = new URL(app.url);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    httpGet({ port, path, headers }, resolve).on('error', reject);
  });
  return {
    status: response.statusCode,
    headers: response.headers,
    content: await buffer(response),
  };
}
