import type { types } from 'mediasoup';
import type { ParticipantQuality, Quality } from './MediaCommands.ts';

interface RatedMedia {
  readonly participantId: string;
  readonly producers: ReadonlyMap<
    string,
    { readonly producer: Pick<types.Producer, 'paused' | 'score'> }
  >;
  readonly consumers: ReadonlyMap<
    string,
    {
      readonly consumer: Pick<types.Consumer, 'paused' | 'producerPaused'>;
      readonly score: Pick<types.ConsumerScore, 'score' | 'producerScore'>;
    }
  >;
}

/**
 * How well a participant is connected, from what mediasoup scores (0–10, by packet loss) each
 * stream: up is what we receive from them, down is what they report receiving. Null until
 * anything flows.
 */
export function rateParticipant(media: RatedMedia): ParticipantQuality | null {
  const up = worst(
    [...media.producers.values()].flatMap(({ producer }) => {
      if (producer.paused) return [];
      // A layer that nobody wants is off and scores 0: the best one tells of the connection.
      const best = Math.max(0, ...producer.score.map(({ score }) => score));
      return best > 0 ? [best] : [];
    }),
  );
  const down = worst(
    [...media.consumers.values()].flatMap(({ consumer, score }) =>
      consumer.paused || consumer.producerPaused || score.producerScore === 0 ? [] : [score.score],
    ),
  );
  if (up === null && down === null) return null;
  const quality = Math.min(up ?? 4, down ?? 4) as Quality;
  const direction = up === down ? 'both' : (up ?? 4) < (down ?? 4) ? 'up' : 'down';
  return { participantId: media.participantId, quality, direction };
}

function worst(scores: readonly number[]): Quality | null {
  return scores.length === 0 ? null : toQuality(Math.min(...scores));
}

function toQuality(score: number): Quality {
  if (score >= 9) return 4;
  if (score >= 7) return 3;
  if (score >= 4) return 2;
  return score >= 1 ? 1 : 0;
}
