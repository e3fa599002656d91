import { describe, expect, test } from 'vitest';
import {
  checkMediaAddresses,
  checkOrigin,
  reachOf,
} from '../../../../provision/doctor/addresses.ts';
import { configSchema } from '../../../../server/config/schema.ts';

const LOCAL = ['10.0.0.5', '127.0.0.1'];
const media = (input: object) => configSchema.parse({ media: input }).media;
const server = (input: object) => configSchema.parse({ server: input }).server;

test.each([
  ['127.0.0.1', 'machine'],
  ['::1', 'machine'],
  ['10.1.2.3', 'network'],
  ['172.31.0.1', 'network'],
  ['172.32.0.1', 'internet'],
  ['100.64.0.1', 'network'],
  ['fd00::1', 'network'],
  ['203.0.113.7', 'internet'],
  ['2001:db8::1', 'internet'],
])('%s can be reached from the %s', (address, reach) => {
  expect(reachOf(address)).toBe(reach);
});

describe('media addresses', () => {
  test.each<[string, object, string[] | null, string]>([
    ['a network without a site', {}, null, 'ok'],
    ['a network with a site there', {}, ['10.0.0.9'], 'ok'],
    ['a network with a site on the internet', {}, ['203.0.113.7'], 'failure'],
    ['what is announced', { announcedAddresses: ['203.0.113.7'] }, ['203.0.113.7'], 'ok'],
    ['a name', { announcedAddresses: ['meet.example.org'] }, ['203.0.113.7'], 'ok'],
    ['a name that nobody knows', {}, [], 'ok'],
    ['loopback', { listenAddress: '127.0.0.1' }, null, 'warning'],
    ['loopback with a site', { listenAddress: '127.0.0.1' }, ['10.0.0.9'], 'failure'],
    ['two that are elsewhere', { announcedAddresses: ['192.0.2.1', '192.0.2.2'] }, null, 'failure'],
  ])('%s', (_, input, site, level) => {
    expect(checkMediaAddresses(media(input), LOCAL, site)).toMatchObject({ level });
  });
});

test.each<[object, string]>([
  [{}, 'warning'],
  [{ host: '127.0.0.1' }, 'ok'],
  [{ tls: 'self-signed' }, 'ok'],
  [{ publicUrl: 'http://localhost:4501' }, 'ok'],
  [{ publicUrl: 'http://meet.example.org' }, 'failure'],
  [{ publicUrl: 'https://meet.example.org' }, 'warning'],
  [{ publicUrl: 'https://meet.example.org', trustProxy: 1 }, 'ok'],
])('origin of %o', (input, level) => {
  expect(checkOrigin(server(input))).toMatchObject({ level });
});
