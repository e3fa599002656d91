import { expect, test } from 'vitest';
import { checkClock } from '../../../../provision/doctor/clock.ts';
import { failure, ok, render, summarize, warning } from '../../../../provision/doctor/findings.ts';
import { checkCertificate, checkNode } from '../../../../provision/doctor/machine.ts';
import { judgeNodes, readNode } from '../../../../provision/doctor/nodes.ts';
import {
  checkChatIndex,
  checkConnections,
  checkMigrations,
  checkVersion,
} from '../../../../provision/doctor/postgres.ts';
import { checkServer, judgeSettings } from '../../../../provision/doctor/redis.ts';
import { migrations } from '../../../../migrations/index.ts';
import { createSelfSigned } from '../../../../server/config/tls.ts';

const DAY_MS = 86_400_000;

test('a line for each, with what to do', () => {
  expect(render(ok('Node', '24.0.0'))).toBe('✔ Node: 24.0.0');
  expect(render(failure('Redis', 'is away.', 'Start it.'))).toBe(
    '✖ Redis: is away.\n  → Start it.',
  );
  expect(summarize([ok('a', '')])).toBe('Everything is as it should be');
  expect(summarize([warning('a', '', ''), ok('b', '')])).toBe('No problem, 1 warning');
  expect(summarize([failure('a', '', ''), failure('b', '', '')])).toBe('2 problems, 0 warnings');
});

test.each([
  ['24.1.0', 'ok'],
  ['22.18.0', 'ok'],
  ['22.17.1', 'failure'],
  ['20.0.0', 'failure'],
])('Node %s', (version, level) => {
  expect(checkNode(version)).toMatchObject({ level });
});

test.each([
  [0, 10, 'ok'],
  [1_500, 10, 'warning'],
  [-1_500, 10, 'warning'],
  // It may be the way there that took so long.
  [1_500, 2_000, 'ok'],
  [-60_000, 10, 'failure'],
])('a clock %i ms off, asked for %i ms', (skew, duration, level) => {
  const asked = 1_000_000;
  const finding = checkClock('Redis', asked + duration / 2 + skew, {
    asked,
    answered: asked + duration,
  });
  expect(finding).toMatchObject({ level });
});

test('a certificate', async () => {
  const now = Date.now();
  const { cert } = await createSelfSigned(['meet.example.org'], now);
  const at = (name: string | null, days: number) =>
    checkCertificate(cert, name, now + days * DAY_MS).level;
  expect(at('meet.example.org', 0)).toBe('ok');
  expect(at(null, 0)).toBe('ok');
  expect(at('other.example.org', 0)).toBe('failure');
  expect(at(null, 390)).toBe('warning');
  expect(at(null, 400)).toBe('failure');
});

test.each([
  ['redis_version:7.0.15\r\nredis_mode:standalone', 'role:master', 'ok'],
  ['redis_version:7.2.4\r\nvalkey_version:8.1.0\r\nredis_mode:standalone', 'role:master', 'ok'],
  ['redis_version:6.2.0\r\nredis_mode:standalone', 'role:master', 'failure'],
  ['redis_version:7.0.15\r\nredis_mode:cluster', 'role:master', 'failure'],
  ['redis_version:7.0.15\r\nredis_mode:standalone', 'role:slave', 'failure'],
])('Redis that says %o and %o', (server, replication, level) => {
  expect(checkServer('redis://r', server, replication)).toMatchObject({ level });
});

test('Redis must forget nothing that it was told', () => {
  expect(judgeSettings({ 'maxmemory-policy': 'noeviction' })[0]?.level).toBe('ok');
  expect(judgeSettings({ 'maxmemory-policy': 'allkeys-lru' })[0]?.level).toBe('failure');
});

test('PostgreSQL', () => {
  expect(checkVersion('postgres://p', '18.1').level).toBe('ok');
  expect(checkVersion('postgres://p', '12.3').level).toBe('warning');
  expect(checkConnections(100, 10).level).toBe('ok');
  expect(checkConnections(30, 10).level).toBe('warning');
});

test.each([
  [[], 'ok'],
  [['1', '2'], 'ok'],
  [['1'], 'warning'],
  [['1', '2', '3'], 'failure'],
])('a database with the migrations %o of two', (done, level) => {
  expect(checkMigrations(done, ['1', '2'])).toMatchObject({ level });
});

test('the nodes of a cluster', () => {
  const node = (role: string, version = '1.0.0') => ({
    ...{ name: role, roles: [role], version, meshUrl: null, mark: 'ready' },
  });
  const two = [node('signaling'), node('signaling')];
  const levels = (nodes: Parameters<typeof judgeNodes>[0]) =>
    judgeNodes(nodes).map(({ level }) => level);
  expect(levels([])).toEqual(['ok']);
  expect(levels([...two, node('media'), node('media')])).toEqual(['ok']);
  expect(levels([...two, node('media')])).toEqual(['warning']);
  expect(levels(two)).toEqual(['failure']);
  expect(levels([...two, node('media'), node('media', '2.0.0')])).toEqual(['warning']);
  expect(readNode(null, null)).toBeNull();
  expect(readNode('{"name":1}', 'ready')).toBeNull();
});

test('an index of chat that could not be made', () => {
  const done = Object.keys(migrations);
  expect(checkChatIndex(done, true)).toMatchObject([{ level: 'ok' }]);
  expect(checkChatIndex(done, false)).toMatchObject([{ level: 'warning' }]);
  // The next start makes it.
  expect(checkChatIndex(done.slice(0, 11), false)).toEqual([]);
});
