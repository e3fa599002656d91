import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aggregate, type NodeEntry } from '../../../../server/people/presence/aggregate.ts';

const HERE: NodeEntry = {
  idle: false,
  inMeeting: false,
  choice: { status: 'online', at: 0 },
  call: { on: false, at: 0 },
};
const entry = (values: Partial<NodeEntry>): NodeEntry => ({ ...HERE, ...values });
const statusOf = (...entries: NodeEntry[]) => aggregate(entries)?.status ?? 'offline';

describe('how somebody is', () => {
  it('is offline without, online with a connection', () => {
    expect(aggregate([])).toBeNull();
    expect(aggregate([HERE])).toEqual({ chosen: 'online', status: 'online' });
  });

  it('is away only where all devices are idle', () => {
    expect(statusOf(entry({ idle: true }), HERE)).toBe('online');
    expect(statusOf(entry({ idle: true }), entry({ idle: true }))).toBe('away');
  });

  it('is busy in a meeting on any device, idle or not, and in a call', () => {
    expect(statusOf(entry({ idle: true }), entry({ inMeeting: true, idle: true }))).toBe('busy');
    expect(statusOf(entry({ call: { on: true, at: 5 } }), HERE)).toBe('busy');
    expect(
      statusOf(entry({ call: { on: true, at: 5 } }), entry({ call: { on: false, at: 6 } })),
    ).toBe('online');
  });

  it('is what was chosen last, whatever else is so', () => {
    const away = entry({ choice: { status: 'away', at: 9 }, inMeeting: true });
    expect(statusOf(away, entry({ choice: { status: 'busy', at: 8 } }))).toBe('away');
    expect(statusOf(away, entry({ choice: { status: 'online', at: 10 } }))).toBe('busy');
  });

  it('does not depend on the order of nodes', () => {
    const entries = fc.array(
      fc.record({
        idle: fc.boolean(),
        inMeeting: fc.boolean(),
        choice: fc.record({
          status: fc.constantFrom('online' as const, 'away' as const, 'busy' as const),
          at: fc.nat(2),
        }),
        call: fc.record({ on: fc.boolean(), at: fc.nat(2) }),
      }),
      { maxLength: 4 },
    );
    fc.assert(
      fc.property(entries, (all) => {
        expect(aggregate([...all].reverse())).toEqual(aggregate(all));
      }),
    );
  });
});
