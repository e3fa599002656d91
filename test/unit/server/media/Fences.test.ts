import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { StaleEpochError } from '../../../../server/core/StaleEpochError.ts';
import { Fences } from '../../../../server/media/Fences.ts';

describe('Fences', () => {
  test('accepted epochs never go down, and each has one owner', () => {
    const command = fc.record({
      meetingId: fc.constantFrom('m1', 'm2'),
      epoch: fc.nat(5),
      owner: fc.constantFrom('x', 'y', 'z'),
    });
    fc.assert(
      fc.property(fc.array(command), (commands) => {
        const fences = new Fences();
        const accepted = new Map<string, { epoch: number; owner: string }>();
        for (const one of commands) {
          const before = accepted.get(one.meetingId);
          const fits =
            !before ||
            one.epoch > before.epoch ||
            (one.epoch === before.epoch && one.owner === before.owner);
          if (!fits) {
            expect(() => fences.admit(one)).toThrow(StaleEpochError);
            continue;
          }
          fences.admit(one);
          accepted.set(one.meetingId, one);
          expect(fences.ownerOf(one.meetingId)).toMatchObject({
            epoch: one.epoch,
            owner: one.owner,
          });
        }
      }),
    );
  });

  test('forget first what was heard of longest ago', () => {
    const fences = new Fences(undefined, 2);
    const admit = (meetingId: string, epoch: number) =>
      fences.admit({ meetingId, epoch, owner: 'x' });
    admit('m1', 5);
    admit('m2', 5);
    admit('m1', 5);
    admit('m3', 5);
    expect(fences.ownerOf('m2')).toBeUndefined();
    expect(() => admit('m1', 4)).toThrow(StaleEpochError);
  });
});
