import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MAX_FRAME_BYTES } from '../../../server/cluster/envelopes.ts';
import { LocalMesh } from '../../../server/cluster/LocalMesh.ts';
import { MeshTimeoutError, UnreachableError, type Mesh } from '../../../server/cluster/Mesh.ts';
import { AppError } from '../../../server/core/AppError.ts';
import { createLogger } from '../../../server/core/logger.ts';
import { StaleEpochError } from '../../../server/core/StaleEpochError.ts';
import { eventually } from '../../support/eventually.ts';
import { Meshes } from '../../support/meshes.ts';

const MANY = 1_000;

interface Pair {
  caller: Mesh;
  callee: Mesh;
  /** Instance of the callee. */
  to: string;
  /** Instance of the caller. */
  from: string;
  close: () => Promise<void>;
}

async function onePair(): Promise<Pair> {
  const mesh = new LocalMesh('alone', createLogger('silent', 'json'));
  return Promise.resolve({
    caller: mesh,
    callee: mesh,
    to: 'alone',
    from: 'alone',
    close: () => mesh.close(),
  });
}

async function selfPair(): Promise<Pair> {
  const meshes = new Meshes();
  const mesh = await meshes.start('a');
  return { caller: mesh, callee: mesh, to: 'a', from: 'a', close: () => meshes.close() };
}

/** @param dialler who opens the connection that both use */
async function twoNodes(dialler: 'caller' | 'callee'): Promise<Pair> {
  const meshes = new Meshes();
  const [caller, callee] = await Promise.all([meshes.start('a'), meshes.start('b')]);
  if (dialler === 'callee') {
    caller.serve('warm-up', () => null);
    await callee.call('a', 'warm-up', null);
  }
  return { caller, callee, to: 'b', from: 'a', close: () => meshes.close() };
}

describe.each([
  { name: 'a node that is alone, with itself', open: onePair },
  { name: 'a node of a cluster, with itself', open: selfPair },
  { name: 'two nodes', open: () => twoNodes('caller') },
  { name: 'two nodes, dialled from the other end', open: () => twoNodes('callee') },
])('$name', ({ open }) => {
  let pair: Pair;

  beforeEach(async () => {
    pair = await open();
  });
  afterEach(async () => {
    await pair.close();
  });

  const refusal = async (operation: string, args: unknown = null): Promise<unknown> =>
    pair.caller.call(pair.to, operation, args).then(
      () => expect.unreachable('answered'),
      (error: unknown) => error,
    );

  it('answers with plain data, and says who asks', async () => {
    pair.callee.serve('echo', (args, from) => ({ args, from }));
    const date = new Date(0);
    const answer = await pair.caller.call(pair.to, 'echo', {
      list: [1, 'two'],
      date,
      none: undefined,
    });
    expect(answer).toStrictEqual({
      args: { list: [1, 'two'], date: date.toISOString() },
      from: pair.from,
    });
  });

  it('carries nothing as nothing', async () => {
    pair.callee.serve('type', (args) => (args === null ? 'null' : typeof args));
    pair.callee.serve('same', (args) => args);
    expect(await pair.caller.call(pair.to, 'type', undefined)).toBe('undefined');
    expect(await pair.caller.call(pair.to, 'type', null)).toBe('null');
    expect(await pair.caller.call(pair.to, 'same', undefined)).toBeUndefined();
    expect(await pair.caller.call(pair.to, 'same', null)).toBeNull();
  });

  it('shares no object with the other end', async () => {
    const held = { count: 0 };
    const taken: unknown[] = [];
    pair.callee.serve('take', (args) => void taken.push(args));
    pair.callee.serve('hold', () => held);
    const sent = { count: 1 };
    const taking = pair.caller.call(pair.to, 'take', sent);
    sent.count = 2;
    await taking;
    expect(taken).toStrictEqual([{ count: 1 }]);
    const got = (await pair.caller.call(pair.to, 'hold', null)) as typeof held;
    got.count = 9;
    expect(held.count).toBe(0);
  });

  it('executes calls and tells in the order in which they were sent', async () => {
    const order: unknown[] = [];
    const answers: unknown[] = [];
    pair.callee.serve('ask', (args) => {
      order.push(args);
      return args;
    });
    pair.callee.serve('note', (args) => void order.push(args));
    const calls: Promise<unknown>[] = [];
    for (let number = 0; number < MANY; number++) {
      if (number % 3 === 0) pair.caller.tell(pair.to, 'note', number);
      else {
        const call = pair.caller.call(pair.to, 'ask', number);
        calls.push(call.then((answer) => answers.push(answer)));
      }
    }
    await Promise.all(calls);
    await pair.caller.call(pair.to, 'ask', MANY);
    expect(order).toStrictEqual(Array.from({ length: MANY + 1 }, (_, number) => number));
    expect(answers).toStrictEqual(
      Array.from({ length: MANY }, (_, number) => number).filter((number) => number % 3 !== 0),
    );
  });

  it('executes each of many calls at once a single time', async () => {
    const executed = new Map<unknown, number>();
    pair.callee.serve('double', async (args) => {
      executed.set(args, (executed.get(args) ?? 0) + 1);
      await sleep(Math.random() * 20);
      return 2 * (args as number);
    });
    const numbers = Array.from({ length: MANY }, (_, number) => number);
    const answers = await Promise.all(
      numbers.map(async (number) => pair.caller.call(pair.to, 'double', number)),
    );
    expect(answers).toStrictEqual(numbers.map((number) => 2 * number));
    expect([...executed.values()].every((times) => times === 1)).toBe(true);
  });

  it('throws a refusal as it was thrown there', async () => {
    pair.callee.serve('refuse', () => {
      throw new AppError('RATE_LIMITED', {
        message: 'Slowly.',
        details: { left: 0 },
        retryAfterMs: 1_500,
      });
    });
    pair.callee.serve('refuse-barely', async () => Promise.reject(new AppError('LOCKED')));
    const error = await refusal('refuse');
    expect(error).toBeInstanceOf(AppError);
    expect((error as AppError).toBody()).toStrictEqual({
      code: 'RATE_LIMITED',
      message: 'Slowly.',
      details: { left: 0 },
      retryAfterMs: 1_500,
    });
    expect(((await refusal('refuse-barely')) as AppError).toBody()).toStrictEqual(
      new AppError('LOCKED').toBody(),
    );
  });

  it('throws a stale epoch as such', async () => {
    pair.callee.serve('fence', () => {
      throw new StaleEpochError('m1', 7);
    });
    const error = await refusal('fence');
    expect(error).toBeInstanceOf(StaleEpochError);
    expect(error).toMatchObject({ meetingId: 'm1', epoch: 7 });
  });

  it('tells of any other error nothing but where it is in the log', async () => {
    pair.callee.serve('break', () => {
      throw new Error('the password is 123456');
    });
    pair.callee.serve('answer-badly', () => ({ big: 1n }));
    for (const operation of ['break', 'answer-badly', 'nobody-serves-this']) {
      const error = await refusal(operation);
      expect(error).toBeInstanceOf(AppError);
      const body = (error as AppError).toBody();
      expect(body).toStrictEqual({
        code: 'INTERNAL',
        message: new AppError('INTERNAL').message,
        details: { errorId: expect.any(String) as string },
      });
    }
  });

  it('goes on after a tell that fails', async () => {
    pair.callee.serve('break', () => {
      throw new Error('broken');
    });
    pair.callee.serve('break-later', async () => Promise.reject(new AppError('LOCKED')));
    pair.callee.serve('echo', (args) => args);
    for (const operation of ['break', 'break-later', 'nobody-serves-this']) {
      pair.caller.tell(pair.to, operation, null);
    }
    expect(await pair.caller.call(pair.to, 'echo', 1)).toBe(1);
  });

  it('fails what cannot be sent, and nothing else', async () => {
    pair.callee.serve('echo', (args) => args);
    await pair.caller.call(pair.to, 'echo', 0);
    await expect(pair.caller.call(pair.to, 'echo', { big: 1n })).rejects.toThrow(TypeError);
    expect(await pair.caller.call(pair.to, 'echo', 1)).toBe(1);
  });

  it('fails a call that is not answered in time, and nothing else', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    pair.callee.serve('wait', async () => held);
    pair.callee.serve('echo', (args) => args);
    const error = await pair.caller
      .call(pair.to, 'wait', null, { timeoutMs: 50 })
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(MeshTimeoutError);
    expect(error).toMatchObject({ instanceId: pair.to, operation: 'wait' });
    const next = pair.caller.call(pair.to, 'wait', null);
    release();
    // The first answer comes as well, for nobody.
    expect(await next).toBeUndefined();
    expect(await pair.caller.call(pair.to, 'echo', 1)).toBe(1);
  });

  it('serves each operation once', () => {
    pair.callee.serve('echo', (args) => args);
    expect(() => pair.callee.serve('echo', (args) => args)).toThrow('served already');
  });

  it('reaches nobody that it does not know', async () => {
    const call = pair.caller.call('nobody', 'echo', null);
    await expect(call).rejects.toThrow(UnreachableError);
    await expect(call).rejects.toMatchObject({ instanceId: 'nobody' });
    pair.caller.tell('nobody', 'echo', null);
  });

  it('fails what waits when it closes', async () => {
    const begun: unknown[] = [];
    pair.callee.serve('wait', async (args) => {
      begun.push(args);
      return new Promise(() => undefined);
    });
    const calls = [1, 2, 3].map((number) => pair.caller.call(pair.to, 'wait', number));
    await eventually(() => expect(begun).toHaveLength(3));
    const settled = Promise.allSettled(calls);
    await pair.caller.close();
    await pair.caller.close();
    for (const outcome of await settled) {
      expect(outcome).toMatchObject({ status: 'rejected' });
      expect((outcome as PromiseRejectedResult).reason).toBeInstanceOf(UnreachableError);
    }
    await expect(pair.caller.call(pair.to, 'wait', 4)).rejects.toThrow(UnreachableError);
    pair.caller.tell(pair.to, 'wait', 5);
    expect(begun).toHaveLength(3);
  });
});

describe('between two nodes', () => {
  const meshes = new Meshes();
  let a: Mesh;
  let b: Mesh;

  beforeEach(async () => {
    [a, b] = await Promise.all([meshes.start('a'), meshes.start('b')]);
  });
  afterEach(() => meshes.close());

  it('answers keep their place among what else the peer sends', async () => {
    const seen: string[] = [];
    a.serve('note', (args) => void seen.push(`told ${String(args)}`));
    b.serve('ask', (args, from) => {
      b.tell(from, 'note', args);
      return args;
    });
    const asked = Array.from({ length: MANY }, async (_, number) => {
      const answer = await a.call('b', 'ask', number);
      seen.push(`answered ${String(answer)}`);
    });
    await Promise.all(asked);
    expect(seen).toStrictEqual(
      Array.from({ length: MANY }, (_, number) => [`told ${number}`, `answered ${number}`]).flat(),
    );
  });

  it('sends nothing that is larger than the other end takes', async () => {
    b.serve('size', (args) => (args as string).length);
    b.serve('much', () => 'x'.repeat(MAX_FRAME_BYTES));
    // Both while the connection is opened and later.
    for (let round = 0; round < 2; round++) {
      const tooLarge = a.call('b', 'size', 'x'.repeat(MAX_FRAME_BYTES));
      const fits = a.call('b', 'size', 'x'.repeat(MAX_FRAME_BYTES - 1_000));
      await expect(tooLarge).rejects.toThrow(RangeError);
      expect(await fits).toBe(MAX_FRAME_BYTES - 1_000);
    }
    await expect(a.call('b', 'much', null)).rejects.toMatchObject({ code: 'INTERNAL' });
  });
});

it('makes one link when both nodes dial at once', async () => {
  for (let round = 0; round < 100; round++) {
    const meshes = new Meshes();
    const [a, b] = await Promise.all([meshes.start('a'), meshes.start('b')]);
    const changes: string[] = [];
    const heard: unknown[] = [];
    for (const mesh of [a, b]) {
      mesh.on('link-up', (id) => changes.push(`up ${id}`));
      mesh.on('link-down', (id, how) => changes.push(`${how} ${id}`));
      mesh.serve('note', (args) => void heard.push(args));
      mesh.serve('echo', (args) => args);
    }
    // Whoever is first, and by however much.
    const [first, second] = round % 2 === 0 ? [a, b] : [b, a];
    const [toSecond, toFirst] = round % 2 === 0 ? ['b', 'a'] : ['a', 'b'];
    first.tell(toSecond, 'note', 1);
    const one = first.call(toSecond, 'echo', 1);
    for (let turns = round % 10; turns > 0; turns--) await new Promise(setImmediate);
    second.tell(toFirst, 'note', 2);
    const two = second.call(toFirst, 'echo', 2);
    expect(await Promise.all([one, two])).toStrictEqual([1, 2]);
    expect(heard.toSorted()).toStrictEqual([1, 2]);
    expect(changes.toSorted()).toStrictEqual(['up a', 'up b']);
    await meshes.close();
  }
});
