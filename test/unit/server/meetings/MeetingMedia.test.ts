import { describe, expect, test } from 'vitest';
import { AppError } from '../../../../server/core/AppError.ts';
import { StaleEpochError } from '../../../../server/core/StaleEpochError.ts';
import type { MediaCommands } from '../../../../server/media/MediaCommands.ts';
import { MeetingMedia } from '../../../../server/meetings/MeetingMedia.ts';
import { meetingOfOne, unasked } from '../../../support/meetingOfOne.ts';

/** A meeting of one who is heard, and a media layer that answers as it is told. */
function meeting(setProducerPaused: () => Promise<void>) {
  const { roster, fanout, somebody: speaker, told } = meetingOfOne();
  const producer = { id: 'sound', kind: 'audio', source: 'microphone', paused: false } as const;
  speaker.producers.set(producer.id, producer);
  const media = new MeetingMedia(roster, {
    media: { setProducerPaused } as unknown as MediaCommands,
    fanout,
    ...{ settings: unasked, webrtcConfig: unasked, feed: unasked },
  });
  return { media, speaker, told };
}

describe('somebody whom a host mutes', () => {
  test('is muted in the media layer before anybody hears of it', async () => {
    const done = Promise.withResolvers<undefined>();
    const { media, speaker, told } = meeting(() => done.promise);
    const stopping = media.stop(speaker, 'microphone', null);
    expect(told).toEqual([]);
    done.resolve(undefined);
    expect(await stopping).toBe(true);
    expect(told).toEqual(['media-stopped', 'producer-updated', 'participant-media-updated']);
    expect([...speaker.stopped]).toEqual(['microphone']);
  });

  test('hears nothing of it from an owner that was succeeded', async () => {
    const { media, speaker, told } = meeting(() =>
      Promise.reject(new StaleEpochError('meeting', 7)),
    );
    await expect(media.stop(speaker, 'microphone', null)).rejects.toThrow(StaleEpochError);
    expect(told).toEqual([]);
    expect(speaker.media.audio).toBe(true);
    expect([...speaker.stopped]).toEqual([]);
  });

  test('is muted where the worker has just died, and is to know so when it is built anew', async () => {
    const { media, speaker, told } = meeting(() => Promise.reject(new AppError('INVALID_STATE')));
    expect(await media.stop(speaker, 'microphone', null)).toBe(true);
    expect(told[0]).toBe('media-stopped');
    expect([...speaker.stopped]).toEqual(['microphone']);
  });
});
