import type { RtpCapabilities } from '../../protocol/rtp.ts';

const CONGESTION_FEEDBACK = new Set(['transport-cc', 'goog-remb']);
const CONGESTION_EXTENSIONS = ['transport-wide-cc', 'abs-send-time'];

/**
 * What a bot can receive: all that the router has but congestion control. Bots send no such
 * feedback, and a worker that waits for it remembers every packet of the last minute: that would be
 * taken for the memory of a participant.
 */
export function botCapabilities({ codecs, headerExtensions }: RtpCapabilities): RtpCapabilities {
  return {
    codecs: codecs.map(({ rtcpFeedback = [], ...codec }) => ({
      ...codec,
      rtcpFeedback: rtcpFeedback.filter(({ type }) => !CONGESTION_FEEDBACK.has(type)),
    })),
    headerExtensions: headerExtensions
      .filter(({ uri }) => !CONGESTION_EXTENSIONS.some((part) => uri.includes(part)))
      .map(({ kind, uri, preferredId }) => ({ kind, uri, preferredId })),
  };
}
