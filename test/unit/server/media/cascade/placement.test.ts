import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MediaNodeSnapshot } from '../../../../../server/media/cascade/MediaNodes.ts';
import { MAX_LOAD, place, PREFERRED_LOAD } from '../../../../../server/media/cascade/placement.ts';
import { Placer } from '../../../../../server/media/cascade/Placer.ts';
import { RESERVATION_MS, Reservations } from '../../../../../server/media/cascade/Reservations.ts';

function node(
  nodeId: string,
  loads: number[],
  more: Partial<MediaNodeSnapshot> = {},
): MediaNodeSnapshot {
  const workers = loads.map((load, index) => ({ index, load }));
  return { nodeId, isSelf: false, ready: true, draining: false, region: null, workers, ...more };
}

const HALF = (): number => 0.5;
const at = (nodeId: string, worker: number) => ({ nodeId, worker });
const put = (
  nodes: MediaNodeSnapshot[],
  routers = [] as { nodeId: string; worker: number }[],
  region: string | null = null,
) => place({ routers, share: 0.01, region }, nodes, HALF);

describe('place', () => {
  test('keeps a meeting together while its worker has room', () => {
    expect(put([node('a', [0.6, 0]), node('b', [0])], [at('a', 0)])).toEqual(at('a', 0));
  });

  test('fills the routers of a meeting in their order', () => {
    const routers = [at('b', 0), at('a', 0)];
    expect(put([node('a', [0.1]), node('b', [0.6])], routers)).toEqual(at('b', 0));
    expect(put([node('a', [0.1]), node('b', [0.7])], routers)).toEqual(at('a', 0));
  });

  test('goes to the least loaded worker beside it next', () => {
    expect(put([node('a', [0.7, 0.3, 0.2]), node('b', [0])], [at('a', 0)])).toEqual(at('a', 2));
  });

  test('goes to another node when the node is full', () => {
    expect(put([node('a', [0.7, 0.75]), node('b', [0.3, 0.1])], [at('a', 0)])).toEqual(at('b', 1));
  });

  test('takes what is left up to the limit, and nothing beyond', () => {
    expect(put([node('a', [0.83]), node('b', [0.8])], [at('a', 0)])).toEqual(at('b', 0));
    expect(put([node('a', [0.8]), node('b', [0.8])], [at('b', 0)])).toEqual(at('b', 0));
    expect(put([node('a', [0.85]), node('b', [0.9])], [at('a', 0)])).toBeNull();
  });

  test('adds nothing to a node that is not ready, also where the meeting is', () => {
    const cordoned = node('a', [0], { ready: false });
    expect(put([cordoned, node('b', [0.5])], [at('a', 0)])).toEqual(at('b', 0));
    expect(put([cordoned])).toBeNull();
  });

  test('prefers nodes of the region that have room', () => {
    const nodes = [node('a', [0.1], { region: 'west' }), node('b', [0.5], { region: 'east' })];
    expect(put(nodes, [], 'east')).toEqual(at('b', 0));
    expect(put(nodes, [], 'south')).toEqual(at('a', 0));
    expect(
      put([nodes[0] ?? node('a', []), node('b', [0.7], { region: 'east' })], [], 'east'),
    ).toEqual(at('a', 0));
  });

  test('leaves the worker to the node when none is alive', () => {
    const nodes = [node('a', []), node('b', [], { isSelf: true })];
    expect(put(nodes)).toEqual({ nodeId: 'b', worker: null });
    expect(put([node('a', [])], [at('a', 0)])).toEqual({ nodeId: 'a', worker: null });
    expect(put([])).toBeNull();
  });

  const snapshots = fc.array(
    fc.record({
      ready: fc.boolean(),
      loads: fc.array(fc.double({ min: 0, max: 1.2, noNaN: true }), { maxLength: 4 }),
    }),
    { maxLength: 5 },
  );
  const draw = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

  test('never chooses what is full or not ready, and finds room where there is any', () => {
    fc.assert(
      fc.property(
        snapshots,
        fc.array(fc.record({ node: fc.nat(4), worker: fc.nat(3) }), { maxLength: 3 }),
        fc.double({ min: 0, max: 0.2, noNaN: true }),
        draw,
        (drawn, known, share, random) => {
          const nodes = drawn.map(({ ready, loads }, index) => node(`n${index}`, loads, { ready }));
          const routers = known.map((router) => at(`n${router.node}`, router.worker));
          const ready = nodes.filter((one) => one.ready);
          const loads = ready.flatMap(({ workers }) => workers.map(({ load }) => load + share));
          const chosen = place({ routers, share, region: null }, nodes, () => random);
          if (chosen === null) {
            expect(loads.every((load) => load > MAX_LOAD)).toBe(true);
            expect(ready.length === 0 || loads.length > 0).toBe(true);
            return;
          }
          const host = ready.find(({ nodeId }) => nodeId === chosen.nodeId);
          expect(host).toBeDefined();
          if (chosen.worker === null) {
            expect(loads).toEqual([]);
            return;
          }
          const load = (host?.workers[chosen.worker]?.load ?? Number.NaN) + share;
          expect(load).toBeLessThanOrEqual(MAX_LOAD);
          // Beyond what is preferred only when there is nothing better.
          if (load >= PREFERRED_LOAD) expect(load).toBe(Math.min(...loads));
        },
      ),
    );
  });
});

describe('Reservations', () => {
  const reported = [node('a', [0.2])];
  const loadAfter = (reservations: Reservations, load: number, now: number) =>
    reservations.project([node('a', [load])], now)[0]?.workers[0]?.load;

  test('count until the node reports as much', () => {
    const reservations = new Reservations();
    reservations.reserve(at('a', 0), 0.1, 0.2, 0);
    reservations.reserve(at('a', 0), 0.1, 0.2, 10);
    expect(loadAfter(reservations, 0.2, 20)).toBeCloseTo(0.4);
    expect(loadAfter(reservations, 0.3, 20)).toBeCloseTo(0.4);
    expect(loadAfter(reservations, 0.5, 20)).toBe(0.5);
  });

  test('end after a while, each by itself', () => {
    const reservations = new Reservations();
    reservations.reserve(at('a', 0), 0.1, 0.2, 0);
    reservations.reserve(at('a', 0), 0.3, 0.3, 3_000);
    expect(loadAfter(reservations, 0.2, RESERVATION_MS - 1)).toBeCloseTo(0.6);
    expect(loadAfter(reservations, 0.2, RESERVATION_MS)).toBeCloseTo(0.6);
    expect(loadAfter(reservations, 0.2, RESERVATION_MS + 3_000)).toBe(0.2);
  });

  test('leave other workers and what they are given alone', () => {
    const reservations = new Reservations();
    reservations.reserve(at('b', 0), 0.5, 0, 0);
    expect(reservations.project(reported, 1)).toEqual(reported);
  });
});

describe('a thousand decisions in one tick', () => {
  /** Deterministic, and good enough to tell nodes apart. */
  function randomFrom(seed: number): () => number {
    let state = seed;
    return () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state / 2 ** 32;
    };
  }

  function decide(meetings: number): Map<string, number> {
    const nodes = ['a', 'b', 'c', 'd'].map((nodeId) => node(nodeId, [0, 0]));
    const placer = new Placer({
      nodes: { snapshot: () => nodes },
      placement: place,
      capacityPps: 40_000,
      region: null,
      now: () => 0,
      random: randomFrom(meetings),
    });
    const counts = new Map<string, number>();
    const routers = Array.from(
      { length: meetings },
      () => new Map<string, ReturnType<typeof at>>(),
    );
    for (let join = 0; join < 1_000; join++) {
      const mine = routers[join % meetings] ?? new Map<string, ReturnType<typeof at>>();
      const { nodeId, worker } = placer.choose([...mine.values()], 200);
      const key = `${nodeId}/${worker}`;
      mine.set(key, at(nodeId, worker ?? -1));
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    return counts;
  }

  // A worker has room for 140 of them below what is preferred, and 170 at all.
  test.each([1, 10, 1_000])('of %i meetings fill no worker beyond its limit', (meetings) => {
    const counts = decide(meetings);
    expect(counts.size).toBe(8);
    expect(Math.max(...counts.values())).toBeLessThanOrEqual(140);
  });

  test('are spread evenly when they have nothing to do with each other', () => {
    const counts = [...decide(1_000).values()];
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThan(12);
  });
});
