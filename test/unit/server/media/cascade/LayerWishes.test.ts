import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LayerWishes } from '../../../../../server/media/cascade/LayerWishes.ts';

const ROUTERS = [0, 1, 2].map((worker) => ({ nodeId: 'a', worker }));

test('tells of the highest layer that any router wants, when it changes', () => {
  const [home, far] = ROUTERS as [(typeof ROUTERS)[0], (typeof ROUTERS)[0]];
  const wishes = new LayerWishes(home, 2);
  expect(wishes.report(far, 0)).toBeNull();
  expect(wishes.report(home, -1)).toBe(0);
  expect(wishes.report(far, 2)).toBe(2);
  expect(wishes.report(home, 1)).toBeNull();
  expect(wishes.forget(far)).toBe(1);
  expect(wishes.forget(far)).toBeNull();
});

test('what was told last is always the highest', () => {
  const report = fc.record({
    router: fc.nat(2),
    layer: fc.option(fc.integer({ min: -1, max: 3 })),
  });
  fc.assert(
    fc.property(fc.array(report), (reports) => {
      const [home] = ROUTERS as [(typeof ROUTERS)[0]];
      const wishes = new LayerWishes(home, 2);
      const wanted = new Map([[home, 2]]);
      let told = 2;
      for (const { router, layer } of reports) {
        const at = ROUTERS[router] ?? home;
        if (layer === null) wanted.delete(at);
        else wanted.set(at, layer);
        const news = layer === null ? wishes.forget(at) : wishes.report(at, layer);
        expect(news).not.toBe(told);
        told = news ?? told;
        expect(told).toBe(Math.max(-1, ...wanted.values()));
      }
    }),
  );
});
