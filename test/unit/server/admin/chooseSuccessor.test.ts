import { describe, expect, it } from 'vitest';
import { chooseSuccessor } from '../../../../server/admin/chooseSuccessor.ts';
import { compareLive, pageOf, positionOf } from '../../../../server/admin/liveMeetings.ts';
import type { NodeInfo } from '../../../../server/cluster/NodeRegistry.ts';
import { IDLE } from '../../../support/idle.ts';

const node = (instanceId: string, part: Partial<NodeInfo> = {}): NodeInfo => ({
  ...{ instanceId, name: instanceId, roles: ['signaling'], version: '1', region: null },
  ...{ meshUrl: null, startedAt: 0, mark: 'ready', silentMs: 0 },
  ...IDLE,
  ...part,
});

describe('the next owner of a meeting', () => {
  it('is another signaling node that is ready, with the fewest meetings', () => {
    const nodes = [
      node('owner'),
      node('media', { roles: ['media'] }),
      node('cordoned', { mark: 'cordoned' }),
      node('busy', { meetings: 2 }),
      node('calm', { meetings: 1 }),
    ];
    expect(chooseSuccessor(nodes, 'owner', undefined)).toBe('calm');
    expect(chooseSuccessor(nodes, 'owner', 'busy')).toBe('busy');
    for (const wanted of ['owner', 'media', 'cordoned', 'gone']) {
      expect(() => chooseSuccessor(nodes, 'owner', wanted)).toThrow(
        expect.objectContaining({ code: 'INVALID_STATE' }),
      );
    }
    expect(() => chooseSuccessor(nodes.slice(0, 3), 'owner', undefined)).toThrow(
      expect.objectContaining({ code: 'NO_CAPACITY' }),
    );
  });

  it('is of the same region where there is one', () => {
    const nodes = [
      node('owner', { region: 'north' }),
      node('calm', { region: 'south' }),
      node('near', { region: 'north', meetings: 5 }),
    ];
    expect(chooseSuccessor(nodes, 'owner', undefined)).toBe('near');
    expect(chooseSuccessor(nodes.slice(0, 2), 'owner', undefined)).toBe('calm');
  });
});

describe('pages of live meetings', () => {
  it('hold every meeting once, those that began last first', () => {
    const meetings = Array.from({ length: 23 }, (_, index) => ({
      id: `m${index}`,
      since: index % 5 === 0 ? null : Math.floor(index / 2),
    }));
    const found: typeof meetings = [];
    for (;;) {
      const last = found.at(-1);
      const before = last ? positionOf(last) : null;
      const next = pageOf(meetings, { before, limit: 4 });
      if (next.length === 0) break;
      found.push(...next);
    }
    expect(found).toEqual(meetings.toSorted((a, b) => compareLive(positionOf(a), positionOf(b))));
    expect(new Set(found).size).toBe(meetings.length);
  });
});
