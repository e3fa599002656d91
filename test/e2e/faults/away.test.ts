import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { banner, useBreakableNetwork } from '../support/breakableNetwork.ts';
import { framesOf, largestGap, watchFrames } from '../support/frames.ts';
import { SMOOTH } from '../support/Visitor.ts';

/** An eye takes so long a pause for a stutter, not for a broken call. */
const STUTTER_MS = 500;

describe('a meeting whose signaling is away', () => {
  const network = useBreakableNetwork(SMOOTH);

  it.each([1_000, 5_000])('shows moving pictures while signaling is away for %i ms', async (ms) => {
    const { ada, alan, cable, seeEachOther } = network;
    const before = await alan.participantId();
    const adaId = await ada.participantId();
    await watchFrames(alan.page, adaId);
    await watchFrames(ada.page, before);
    // A machine that is busy with something else stutters by itself: as long as the cut, before it.
    await sleep(ms);
    const [usualOfAda, usualOfAlan] = await gaps();
    const from = Date.now();
    cable.cut();
    const over = sleep(ms);
    await banner(alan).getByText('Looking for the server').waitFor();
    await ada.button('Raise hand').click();
    await ada.button('Turn off microphone').click();
    await alan.button('Turn off microphone').click();
    await ada.button('Turn on microphone').waitFor();
    await over;
    cable.restore();
    await banner(alan).waitFor({ state: 'detached' });
    const [ofAda, ofAlan] = await gaps(from);
    expect(ofAda).toBeLessThan(Math.max(STUTTER_MS, 2 * usualOfAda));
    expect(ofAlan).toBeLessThan(Math.max(STUTTER_MS, 2 * usualOfAlan));

    expect(await alan.participantId()).toBe(before);
    await alan.tile(adaId).getByText('Hand raised').waitFor();
    await alan.tile(adaId).getByTitle('Microphone off').waitFor();
    await ada.tile(before).getByTitle('Microphone off').waitFor();
    await alan.button('Turn on microphone').click();
    await ada.button('Turn on microphone').click();
    await ada.button('Lower hand').click();
    await alan.tile(adaId).getByText('Hand raised').waitFor({ state: 'detached' });
    await seeEachOther();

    async function gaps(since = 0): Promise<[number, number]> {
      const seen = await framesOf(alan.page, adaId);
      const shown = await framesOf(ada.page, before);
      const gapOf = (frames: number[]) => largestGap(frames.filter((at) => at >= since));
      return [gapOf(seen), gapOf(shown)];
    }
  });
});
