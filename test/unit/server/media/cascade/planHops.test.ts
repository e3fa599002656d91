import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planHops } from '../../../../../server/media/cascade/planHops.ts';
import { keyOf } from '../../../../../server/media/cascade/routers.ts';

const at = (nodeId: string, worker: number) => ({ nodeId, worker });
const HOME = at('a', 0);

describe('planHops', () => {
  const routers = [HOME, at('a', 1), at('b', 2), at('b', 3)];

  test('goes nowhere from home to home', () => {
    expect(planHops(HOME, HOME, routers, [])).toEqual([]);
  });

  test('goes straight to another worker of the node', () => {
    expect(planHops(HOME, at('a', 1), routers, [])).toEqual([{ from: HOME, to: at('a', 1) }]);
  });

  test('enters another node at its first router', () => {
    expect(planHops(HOME, at('b', 2), routers, [])).toEqual([{ from: HOME, to: at('b', 2) }]);
    expect(planHops(HOME, at('b', 3), routers, [])).toEqual([
      { from: HOME, to: at('b', 2) },
      { from: at('b', 2), to: at('b', 3) },
    ]);
  });

  test('goes on from where it has crossed to, whatever was first there meanwhile', () => {
    expect(planHops(HOME, at('b', 2), routers, [at('b', 3)])).toEqual([
      { from: HOME, to: at('b', 3) },
      { from: at('b', 3), to: at('b', 2) },
    ]);
  });

  test('crosses to each node once, in two hops at most, in whatever order it is wanted', () => {
    const router = fc.record({ nodeId: fc.constantFrom('a', 'b', 'c'), worker: fc.nat(3) });
    fc.assert(
      fc.property(fc.array(router, { minLength: 1, maxLength: 20 }), (targets) => {
        const open = [HOME];
        const sources = new Map<string, string>();
        const crossings = new Set<string>();
        for (const target of targets) {
          if (!open.some((one) => keyOf(one) === keyOf(target))) open.push(target);
          const landed = open.filter(({ nodeId, worker }) => {
            const from = sources.get(keyOf({ nodeId, worker }));
            return from !== undefined && !from.startsWith(`${nodeId}/`);
          });
          const hops = planHops(HOME, target, open, landed);
          expect(hops.length).toBeLessThanOrEqual(2);
          let reached = keyOf(HOME);
          for (const { from, to } of hops) {
            expect(keyOf(from)).toBe(reached);
            reached = keyOf(to);
            if (sources.has(reached)) {
              expect(sources.get(reached)).toBe(keyOf(from));
              continue;
            }
            sources.set(reached, keyOf(from));
            if (from.nodeId === to.nodeId) continue;
            const crossing = `${from.nodeId} ${to.nodeId}`;
            expect(crossings.has(crossing)).toBe(false);
            crossings.add(crossing);
          }
          expect(reached).toBe(keyOf(target));
        }
      }),
    );
  });
});
