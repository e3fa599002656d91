import type { types } from 'mediasoup-client';
import type { MediaKind, Source } from '../../protocol/meetings.ts';
import type { ConsumerOptions } from '../../protocol/mediaRequests.ts';

/** Something of somebody else that can be played. */
export interface RemoteTrack {
  producerId: string;
  participantId: string;
  kind: MediaKind;
  source: Source;
  track: MediaStreamTrack;
}

/** A consumer and what the server told of it. */
export interface Remote {
  consumer: types.Consumer;
  options: ConsumerOptions;
}

/** Opens the client's end of a consumer that the server has made. */
export async function openRemote(
  transport: types.Transport,
  options: ConsumerOptions,
): Promise<Remote> {
  const { id, producerId, participantId, kind, source, rtpParameters } = options;
  const ofScreen = source === 'screen' || source === 'screen-audio';
  const consumer = await transport.consume({
    id,
    producerId,
    kind,
    rtpParameters: rtpParameters as types.RtpParameters,
    // Sound and picture of one person play in step; a screen has its own clock.
    streamId: `${participantId}-${ofScreen ? 'screen' : 'person'}`,
  });
  return { consumer, options };
}
