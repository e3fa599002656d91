import { signal } from '@preact/signals';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { RequestError } from '../../../../client/api/RequestError.ts';
import { createPictures } from '../../../../client/state/pictures.ts';

const ADDRESS = '/api/users/ada/pictures/1';

describe('pictures that are asked for with a token', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** @param answers one for each question, the last for all that follow */
  function open(...answers: (Blob | RequestError)[]) {
    const asked: string[] = [];
    const selfId = signal<string | null>('alan');
    const pictures = createPictures({
      selfId,
      fetchPicture(address) {
        const answer = answers[Math.min(asked.push(address), answers.length) - 1];
        if (!answer) throw new Error('asked without an answer');
        return answer instanceof RequestError ? Promise.reject(answer) : Promise.resolve(answer);
      },
    });
    return { pictures, asked, selfId };
  }
  const settled = () => vi.advanceTimersByTimeAsync(0);

  test('are fetched once, however many show them', async () => {
    const { pictures, asked } = open(new Blob(['picture']));
    const shown = [pictures.of(ADDRESS), pictures.of(ADDRESS)];
    expect(shown.map(({ value }) => value)).toEqual([null, null]);
    await settled();
    expect(shown[0]?.value).toMatch(/^blob:/);
    expect(shown[1]?.value).toBe(shown[0]?.value);
    expect(asked).toEqual([ADDRESS]);
  });

  test('are not asked for again where one may not see them', async () => {
    const { pictures, asked } = open(new RequestError({ code: 'NOT_FOUND' }));
    const shown = pictures.of(ADDRESS);
    await vi.advanceTimersByTimeAsync(59_000);
    pictures.of(ADDRESS);
    expect([shown.value, asked.length]).toEqual([null, 1]);
  });

  test('are asked for again by whoever shows them later: one may see them by then', async () => {
    const { pictures, asked } = open(
      new RequestError({ code: 'NOT_FOUND' }),
      new Blob(['picture']),
    );
    pictures.of(ADDRESS);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toHaveLength(1);
    const shown = pictures.of(ADDRESS);
    await settled();
    expect(shown.value).toMatch(/^blob:/);
  });

  test('go when there are too many, the one that was shown longest ago first', async () => {
    const { pictures, asked } = open(new Blob(['picture']));
    const of = (number: number) => pictures.of(`/api/users/${number}/pictures/1`);
    const [first, second] = [of(1), of(2)];
    for (let number = 3; number <= 2_000; number++) of(number);
    await settled();
    of(1);
    of(2_001);
    await settled();
    expect(first.value).toMatch(/^blob:/);
    expect(second.value).toBeNull();
    expect(asked).toHaveLength(2_001);
  });

  test('come when the server can be reached again', async () => {
    const { pictures, asked } = open(new RequestError({ code: 'OFFLINE' }), new Blob(['picture']));
    const shown = pictures.of(ADDRESS);
    await settled();
    expect(shown.value).toBeNull();
    await vi.runAllTimersAsync();
    expect(shown.value).toMatch(/^blob:/);
    expect(asked).toHaveLength(2);
  });

  test('are gone for whoever is here next', async () => {
    const { pictures, asked, selfId } = open(new Blob(['picture']));
    const shown = pictures.of(ADDRESS);
    await settled();
    selfId.value = 'grace';
    expect(shown.value).toBeNull();
    pictures.of(ADDRESS);
    expect(asked).toHaveLength(2);
  });
});
