import type { Broadcast } from '../../protocol/live.ts';
import type { RtpCapabilities } from '../../protocol/rtp.ts';
import type { FeedAddress } from '../media/MediaCommands.ts';
import type { Participant } from './Participant.ts';

/** What a mixer asks the owner of its meeting for, again and again. */
export interface FeedArgs {
  /** Of its mix: a later one takes the feed over. */
  generation: number;
  /** Where it takes RTP, on the node that asks. */
  address: FeedAddress & { nodeId: string };
  /** What everybody in the meeting is told of it. */
  broadcast: Broadcast;
  /** Of the state that it has; null: none. */
  version: string | null;
}

/** One stream of RTP that the mixer gets. */
export interface FeedInput {
  id: string;
  ssrc: number;
  payloadType: number;
  kind: 'voice' | 'VP8' | 'H264';
}

/** Who is on the stage, and with which inputs. */
export interface FeedStage {
  people: {
    id: string;
    name: string;
    voice: string | null;
    camera: string | null;
    screen: string | null;
  }[];
  speaker: string | null;
}

/** Whose an input is, heard and shown at the moment or not. */
export interface FeedTrack {
  inputId: string;
  participantId: string;
  /** Of the participant. */
  name: string;
  /** `microphone`, `camera`, `screen` or `screen-audio`. */
  source: string;
}

export interface FeedState {
  /** Another for every state, whichever owner answers. */
  version: string;
  inputs: FeedInput[];
  stage: FeedStage;
  tracks: FeedTrack[];
}

export interface FeedWishes {
  generation: number;
  /** Inputs whose pictures are shown, and how large; all others are not. Null: as before. */
  views: { input: string; width: number; height: number }[] | null;
  /** Inputs that cannot be shown without a key frame. */
  keyFrames: string[];
}

const PICTURES = ['video/vp8', 'video/h264'];

/** What a mixer decodes, of what the meeting's routers offer: without retransmission, since nothing is lost to loopback. */
export function feedCapabilities({ codecs }: RtpCapabilities): RtpCapabilities {
  const wanted = codecs.filter(({ mimeType }) =>
    ['audio/opus', ...PICTURES].includes(mimeType.toLowerCase()),
  );
  return {
    codecs: wanted.map((codec) => ({
      ...codec,
      rtcpFeedback: (codec.rtcpFeedback ?? []).filter(
        ({ type, parameter }) =>
          (type === 'nack' && parameter === 'pli') || (type === 'ccm' && parameter === 'fir'),
      ),
    })),
    headerExtensions: [],
  };
}

/** @param inputs by producer; who has none of a kind is shown and heard without */
export function stageOf(
  participants: readonly Participant[],
  inputs: ReadonlyMap<string, FeedInput>,
  speaker: string | null,
): FeedStage {
  const people = participants
    .filter(({ companion }) => !companion)
    .map(({ id, name, producers }) => {
      const inputOf = (wanted: string): string | null => {
        for (const { id: producerId, source, paused } of producers.values()) {
          const input = inputs.get(producerId);
          if (source === wanted && !paused && input) return input.id;
        }
        return null;
      };
      return {
        ...{ id, name, voice: inputOf('microphone') },
        ...{ camera: inputOf('camera'), screen: inputOf('screen') },
      };
    });
  return { people, speaker: people.some(({ id }) => id === speaker) ? speaker : null };
}

/** @param inputs by producer. A second screen is nobody more, and what it sends is somebody's. */
export function tracksOf(
  participants: readonly Participant[],
  inputs: ReadonlyMap<string, FeedInput>,
): FeedTrack[] {
  return participants.flatMap(({ id: participantId, name, producers }) =>
    [...producers.values()].flatMap(({ id, source }) => {
      const input = inputs.get(id);
      return input ? [{ inputId: input.id, participantId, name, source }] : [];
    }),
  );
}
