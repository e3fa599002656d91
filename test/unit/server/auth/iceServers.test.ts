import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { iceServersFor } from '../../../../server/auth/iceServers.ts';
import { configSchema } from '../../../../server/config/schema.ts';

const ice = (values: object) => configSchema.parse({ ice: values }).ice;

test('names no server where none is configured', () => {
  expect(iceServersFor(ice({}), 'u1', 0)).toEqual([]);
});

test('gives STUN servers without credentials', () => {
  expect(iceServersFor(ice({ stunUrls: ['stun:stun.example.org'] }), 'u1', 0)).toEqual([
    { urls: ['stun:stun.example.org'] },
  ]);
});

test('signs TURN credentials that end, as coturn checks them', () => {
  const turn = { urls: ['turn:turn.example.org'], secret: 'shared', ttlSec: 600 };
  const [server] = iceServersFor(ice({ turn }), 'u1', 1_700_000_000_999);
  expect(server?.username).toBe('1700000600:u1');
  expect(server?.credential).toBe(
    createHmac('sha1', 'shared').update('1700000600:u1').digest('base64'),
  );
});
