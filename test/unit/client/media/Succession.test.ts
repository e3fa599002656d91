import { describe, expect, test } from 'vitest';
import type { Remote } from '../../../../client/media/Remote.ts';
import { Succession } from '../../../../client/media/Succession.ts';

function remote(producerId: string, track = producerId): Remote {
  const options = { producerId, participantId: 'ada', kind: 'video', source: 'camera' };
  return { options, consumer: { track: { id: track } } } as unknown as Remote;
}

function begin() {
  const told: string[] = [];
  const succession = new Succession({
    onTrackAdded: ({ producerId, track }) => told.push(`+${producerId} ${track.id}`),
    onTrackRemoved: (producerId) => told.push(`-${producerId}`),
  });
  return { told, succession };
}

describe('what is played', () => {
  test('is whatever comes first, until it goes', () => {
    const { told, succession } = begin();
    const one = remote('cam');
    expect(succession.add(one)).toBe(true);
    succession.markFlowing(one);
    succession.delete(one);
    expect(told).toEqual(['+cam cam', '-cam']);
  });

  test('is the consumer by the new way once that flows, and the same tile', () => {
    const { told, succession } = begin();
    const [before, after] = [remote('cam', 'old'), remote('cam', 'new')];
    succession.add(before);
    expect(succession.add(after)).toBe(false);
    expect(told).toEqual(['+cam old']);
    succession.markFlowing(after);
    succession.delete(before);
    expect(told).toEqual(['+cam old', '+cam new']);
  });

  test('is the producer that stands for another once it flows', () => {
    const { told, succession } = begin();
    const [before, after] = [remote('cam'), remote('cam2')];
    succession.link('cam2', 'cam');
    succession.add(before);
    succession.add(after);
    succession.markFlowing(after);
    succession.delete(before);
    succession.forget('cam');
    expect(told).toEqual(['+cam cam', '+cam2 cam2', '-cam']);
  });

  test('is what stands for another at once when that one goes first', () => {
    const { told, succession } = begin();
    const [before, after] = [remote('cam'), remote('cam2')];
    succession.link('cam2', 'cam');
    succession.add(before);
    succession.add(after);
    succession.delete(before);
    expect(told).toEqual(['+cam cam', '+cam2 cam2', '-cam']);
  });

  test('is the one before again when what stood for it goes', () => {
    const { told, succession } = begin();
    const [before, after] = [remote('cam'), remote('cam2')];
    succession.link('cam2', 'cam');
    succession.add(before);
    succession.add(after);
    succession.markFlowing(after);
    succession.delete(after);
    succession.forget('cam2');
    expect(told).toEqual(['+cam cam', '+cam2 cam2', '-cam', '+cam cam', '-cam2']);
  });

  test('does not go back to an earlier one that flows later', () => {
    const { told, succession } = begin();
    const all = [remote('cam', 'a'), remote('cam', 'b'), remote('cam', 'c')] as const;
    for (const one of all) succession.add(one);
    succession.markFlowing(all[2]);
    succession.markFlowing(all[1]);
    expect(told).toEqual(['+cam a', '+cam c']);
  });

  test('is seen as large as what it stands for, which is not seen any more then', () => {
    const { succession } = begin();
    succession.link('cam2', 'cam');
    succession.link('cam3', 'cam2');
    for (const one of [remote('cam'), remote('cam2')]) {
      succession.add(one);
      succession.markFlowing(one);
    }
    const spread = succession.spread(
      new Map([
        ['cam2', 320],
        ['other', 640],
      ]),
    );
    expect([...spread].sort()).toEqual([
      ['cam2', 320],
      ['cam3', 320],
      ['other', 640],
    ]);
  });
});
