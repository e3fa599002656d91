import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { clientAddress, networkOf } from '../../../../server/auth/clientAddress.ts';

const request = (remoteAddress: string | undefined, forwarded?: string | string[]) =>
  ({
    socket: { remoteAddress },
    headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
  }) as unknown as IncomingMessage;

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0DB8:1:2::1', '2001:db8:1:2::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['unknown', 'unknown'],
])('%s is counted as %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});

test('believes no header without a proxy', () => {
  expect(clientAddress(request('192.0.2.1', '198.51.100.7'), 0)).toBe('192.0.2.1');
});

test('takes the address that our outermost proxy saw, not what the client claims', () => {
  const claimed = '203.0.113.9, 198.51.100.7';
  expect(clientAddress(request('10.0.0.1', claimed), 1)).toBe('198.51.100.7');
  expect(clientAddress(request('10.0.0.1', `${claimed}, 10.0.0.2`), 2)).toBe('198.51.100.7');
  expect(clientAddress(request('10.0.0.1', ['203.0.113.9', '198.51.100.7']), 1)).toBe(
    '198.51.100.7',
  );
});

test('falls back to the connection when a proxy sends no header', () => {
  expect(clientAddress(request('10.0.0.1'), 2)).toBe('10.0.0.1');
  expect(clientAddress(request('10.0.0.1', ' , '), 1)).toBe('10.0.0.1');
  expect(clientAddress(request(undefined), 0)).toBe('unknown');
});
