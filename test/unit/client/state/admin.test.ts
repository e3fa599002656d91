import { describe, expect, it } from 'vitest';
import { RequestError } from '../../../../client/api/RequestError.ts';
import { createAdmin } from '../../../../client/state/admin.ts';

/** Answers calls when it is told to. */
function createServer() {
  const asked: {
    name: string;
    query: unknown;
    answer: (value: unknown) => void;
    fail: () => void;
  }[] = [];
  const rest = {
    call: (name: string, { query }: { query?: unknown } = {}) =>
      new Promise<never>((resolve, reject) => {
        asked.push({
          name,
          query,
          answer: resolve as (value: unknown) => void,
          fail: () => reject(new RequestError({ code: 'OFFLINE' })),
        });
      }),
  };
  const next = () => {
    const call = asked.shift();
    if (!call) throw new Error('nothing was asked');
    return call;
  };
  return { admin: createAdmin(rest), asked, next };
}

const page = (ids: number[], next: number | null) => ({ acts: ids.map((id) => ({ id })), next });

describe('what operators see', () => {
  it('stays as it was while it cannot be asked for', async () => {
    const { admin, next } = createServer();
    const first = admin.nodes.refresh();
    next().answer({ nodes: [{ name: 'one' }], isRegistryReachable: false });
    await first;
    expect(admin.isRegistryReachable.value).toBe(false);
    const second = admin.nodes.refresh();
    next().fail();
    await second;
    expect(admin.nodes.value.value).toEqual([{ name: 'one' }]);
    expect(admin.nodes.failure.value).toMatchObject({ code: 'OFFLINE' });
    const third = admin.nodes.refresh();
    next().answer({ nodes: [], isRegistryReachable: true });
    await third;
    expect(admin.nodes.failure.value).toBeNull();
  });

  it('is not asked for again while an answer is awaited', async () => {
    const { admin, asked, next } = createServer();
    const both = [admin.nodes.refresh(), admin.nodes.refresh()];
    expect(asked).toHaveLength(1);
    next().answer({ nodes: [], isRegistryReachable: true });
    await Promise.all(both);
  });

  it('is turned page by page, and a late answer does not turn it back', async () => {
    const { admin, next } = createServer();
    const { acts } = admin;
    const first = acts.refresh();
    next().answer(page([9, 8], 8));
    await first;
    expect(acts.hasNext.value).toBe(true);

    const refreshed = acts.refresh();
    const late = next();
    const turned = acts.showNext();
    const second = next();
    expect(second.query).toMatchObject({ before: '8' });
    second.answer(page([7], null));
    await turned;
    late.answer(page([9, 8], 8));
    await refreshed;
    expect(acts.value.value).toEqual([{ id: 7 }]);
    expect([acts.hasPrevious.value, acts.hasNext.value]).toEqual([true, false]);

    const back = acts.showPrevious();
    const again = next();
    expect(again.query).not.toHaveProperty('before');
    again.answer(page([9, 8], 8));
    await back;
    expect([acts.hasPrevious.value, acts.hasNext.value]).toEqual([false, true]);
  });
});
