import type { types } from 'mediasoup-client';
import type { ProducerView, Source } from '../../protocol/meetings.ts';
import type { PublishOptions } from '../../protocol/notifications.ts';
import { createId } from '../api/createId.ts';
import { cameraEncodings, screenEncodings } from './encodings.ts';

/** Something of one's own that is sent, or will be as soon as there is a transport. */
export interface Publication {
  readonly source: Source;
  track: MediaStreamTrack;
  paused: boolean;
  producer: types.Producer | null;
}

/** Taken for the size of a picture where the browser does not tell it before the first frame. */
const USUAL = { width: 1_280, height: 720 };

/** What `Transport.produce` is told for a source. @param replaces producer that it is to stand for */
export function producerOptions(
  { source, track, paused }: Publication,
  publish: PublishOptions,
  codecs: readonly types.RtpCodecCapability[],
  replaces?: string,
): types.ProducerOptions {
  const { width = USUAL.width, height = USUAL.height } = track.getSettings();
  const shared = {
    track,
    // Whoever captured the track stops it.
    stopTracks: false,
    appData: {
      source,
      paused,
      requestId: createId(),
      ...(replaces !== undefined && { replaces }),
      ...(track.kind === 'video' && { width, height }),
    },
  };
  if (track.kind === 'audio') {
    const speech = source === 'microphone';
    return {
      ...shared,
      codecOptions: { opusDtx: speech, opusFec: true, opusStereo: !speech },
      encodings: [{ maxBitrate: speech ? publish.audioMaxBitrate : publish.audioMaxBitrate * 3 }],
    };
  }
  const mimeType = `video/${publish.videoCodec}`.toLowerCase();
  const codec = codecs.find((candidate) => candidate.mimeType.toLowerCase() === mimeType);
  return {
    ...shared,
    encodings:
      source === 'screen' ? screenEncodings(publish) : cameraEncodings(publish, { width, height }),
    ...(codec && { codec }),
    codecOptions: { videoGoogleStartBitrate: 1_000 },
  };
}

/**
 * Whether the server has lost what is sent here: its media was begun anew meanwhile.
 * @param own what the server has of one's own producers
 */
export function isForgotten(
  publications: ReadonlyMap<Source, Publication>,
  own: readonly ProducerView[],
): boolean {
  const known = new Set(own.map(({ id }) => id));
  return [...publications.values()].some(
    ({ producer }) => producer !== null && !producer.closed && !known.has(producer.id),
  );
}

/** Producers that the server still has of what was stopped, or sent anew, while it could not be told. */
export function orphansOf(
  publications: ReadonlyMap<Source, Publication>,
  own: readonly ProducerView[],
): string[] {
  return own
    .filter(({ id, source }) => {
      const publication = publications.get(source);
      const beginning = publication?.producer === null;
      return !beginning && publication?.producer?.id !== id;
    })
    .map(({ id }) => id);
}
