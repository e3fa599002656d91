import { randomInt } from 'node:crypto';
import type { RequestInput } from '../../protocol/requests.ts';
import type { RtpCapabilities, RtpParameters } from '../../protocol/rtp.ts';
import type { TestClient } from './TestClient.ts';

/** What browsers send for a microphone. */
export function microphoneParameters(): RtpParameters {
  return {
    mid: '0',
    codecs: [
      {
        mimeType: 'audio/opus',
        payloadType: 111,
        clockRate: 48_000,
        channels: 2,
        parameters: { useinbandfec: 1, usedtx: 1 },
        rtcpFeedback: [],
      },
    ],
    headerExtensions: [
      { uri: 'urn:ietf:params:rtp-hdrext:sdes:mid', id: 4 },
      { uri: 'urn:ietf:params:rtp-hdrext:ssrc-audio-level', id: 1 },
    ],
    encodings: [{ ssrc: randomInt(1, 2 ** 31) }],
    rtcp: { cname: 'test' },
  };
}

/** What browsers send for a camera in three VP8 simulcast layers. */
export function cameraParameters(): RtpParameters {
  return {
    mid: '1',
    codecs: [
      {
        mimeType: 'video/VP8',
        payloadType: 96,
        clockRate: 90_000,
        rtcpFeedback: [{ type: 'nack' }, { type: 'nack', parameter: 'pli' }],
      },
      { mimeType: 'video/rtx', payloadType: 97, clockRate: 90_000, parameters: { apt: 96 } },
    ],
    headerExtensions: [
      { uri: 'urn:ietf:params:rtp-hdrext:sdes:mid', id: 4 },
      { uri: 'urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id', id: 10 },
      { uri: 'urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id', id: 11 },
    ],
    encodings: ['r0', 'r1', 'r2'].map((rid) => ({ rid, scalabilityMode: 'L1T3' })),
    rtcp: { cname: 'test' },
  };
}

/** Both transports of a client who has joined, as a browser would ask for them. */
export async function openTransports(client: TestClient, meetingId: string) {
  const { webrtcConfig } = await client.next('meeting-joined');
  const [send, recv] = await Promise.all([
    client.request('create-transport', { meetingId, direction: 'send' }),
    client.request('create-transport', {
      meetingId,
      direction: 'recv',
      rtpCapabilities: receivable(webrtcConfig.routerRtpCapabilities),
    }),
  ]);
  return { send, recv };
}

/** A router's capabilities as a client offers them back. */
export function receivable(router: RtpCapabilities): RtpCapabilities {
  return {
    codecs: router.codecs.map((codec) => ({ ...codec, rtcpFeedback: codec.rtcpFeedback ?? [] })),
    headerExtensions: router.headerExtensions.map(({ kind, uri, preferredId }) => ({
      kind,
      uri,
      preferredId,
    })),
  };
}

/** A `produce` request for a source. */
export function produceInput(
  meetingId: string,
  transportId: string,
  source: 'microphone' | 'camera',
  requestId: string,
): RequestInput<'produce'> {
  const audio = source === 'microphone';
  return {
    meetingId,
    transportId,
    requestId,
    kind: audio ? 'audio' : 'video',
    source,
    rtpParameters: audio ? microphoneParameters() : cameraParameters(),
    paused: false,
    ...(!audio && { width: 1280, height: 720 }),
  };
}
