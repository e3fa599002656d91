import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { startListening, type ListeningNode } from '../../support/live/listening.ts';
import { TestOutput } from '../../support/live/output.ts';
import { liveRoom, mixOf, TestRooms } from '../../support/live/rooms.ts';
import { Meshes } from '../../support/meshes.ts';

let meshes: Meshes;
let rooms: TestRooms;
let output: TestOutput;
let mixer: ListeningNode;
let edge: ListeningNode;
let closeMixer: () => Promise<void>;
beforeEach(async () => {
  meshes = new Meshes();
  rooms = new TestRooms();
  output = await TestOutput.create();
  rooms.set(await liveRoom({}, mixOf('mixer')));
  const mesh = await meshes.start('mixer');
  closeMixer = () => mesh.close();
  mixer = await startListening({ self: 'mixer', mesh, rooms, outputs: output });
  edge = await startListening({ self: 'edge', mesh: await meshes.start('edge'), rooms });
});
afterEach(async () => {
  await Promise.all([mixer.close(), edge.close()]);
  await meshes.close();
  await output.remove();
});

test('a node without the files has them from the mixer’s, once for all of its listeners', async () => {
  const contents = await output.write({ first: 100, count: 6, nonce: 'n1' });
  const answers = await Promise.all(Array.from({ length: 30 }, () => edge.file('360p/102.ts')));
  for (const answer of answers) {
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(contents[2]);
  }
  // The playlist that names it, and the segment.
  expect(output.reads).toBe(2);
});

test('every node tells how many listen at all of them', async () => {
  await output.write({ first: 100, count: 6, nonce: 'n1' });
  await edge.status('one');
  await edge.status('two');
  await mixer.status('three');
  await eventually(async () => {
    await Promise.all([edge.file('360p/index.m3u8'), mixer.file('360p/index.m3u8')]);
    expect([(await edge.status()).listeners, (await mixer.status()).listeners]).toEqual([3, 3]);
  });
});

test('a host sees from any node how the mixer is doing, and when it does not answer', async () => {
  output.health = { state: 'running', speed: 1, lastError: 'the disk was full' };
  const health = async () => {
    const headers = { authorization: 'Bearer host' };
    const answer = await fetch(`${edge.url}/api/rooms/stage/health`, { headers });
    return ((await answer.json()) as { health: object }).health;
  };
  expect(await health()).toMatchObject({ state: 'running', error: 'the disk was full' });
  await closeMixer();
  expect(await health()).toMatchObject({ state: 'interrupted', mixer: 'node mixer' });
});

test('a mixer’s node that is lost leaves what was heard last', async () => {
  await output.write({ first: 100, count: 6, nonce: 'n1' });
  const before = await (await edge.file('360p/index.m3u8')).text();
  await edge.file('360p/105.ts');
  await closeMixer();
  const asked = performance.now();
  expect(await (await edge.file('360p/index.m3u8')).text()).toBe(before);
  expect(performance.now() - asked).toBeLessThan(1_500);
  expect((await edge.file('360p/105.ts')).status).toBe(200);
  // This one was never heard here.
  const lost = await edge.file('360p/104.ts');
  expect([lost.status, lost.headers.get('retry-after')]).toEqual([503, '1']);
});

test('what the mixer before has left can still be had', async () => {
  const contents = await output.write({ first: 100, count: 6, nonce: 'n1' });
  await edge.file('360p/index.m3u8');
  const next = await TestOutput.create();
  next.generation = 2;
  const mesh = await meshes.start('next');
  const node = await startListening({ self: 'next', mesh, rooms, outputs: next });
  rooms.set(await liveRoom({}, mixOf('next', 2)));
  await next.write({ first: 106, count: 1, nonce: 'n1' });
  await eventually(async () => {
    expect(await (await edge.file('360p/index.m3u8')).text()).toContain('106.ts');
  });
  const old = await edge.file('360p/104.ts');
  expect(Buffer.from(await old.arrayBuffer())).toEqual(contents[4]);
  await node.close();
  await next.remove();
});
