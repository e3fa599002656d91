import { z } from 'zod';

/**
 * Bounded shapes of what mediasoup-client sends. They keep size and types in hand; mediasoup
 * checks the meaning. Unknown fields are dropped, because a newer client library may add some.
 */

const parameterValue = z.union([z.string().max(200), z.number(), z.boolean()]);
const codecParameters = z.record(z.string().max(64), parameterValue);
const rtcpFeedback = z
  .array(z.object({ type: z.string().max(32), parameter: z.string().max(32).exactOptional() }))
  .max(16);
const kind = z.enum(['audio', 'video']);
const mimeType = z.string().regex(/^(audio|video)\/[A-Za-z0-9.+-]{1,32}$/);
const payloadType = z.int().min(0).max(127);
const clockRate = z.int().positive().max(1_000_000);
const uint32 = z.int().min(0).max(0xffff_ffff);
const headerExtensionUri = z.string().max(200);
const headerExtensionId = z.int().min(1).max(255);

export const rtpCapabilities = z.object({
  codecs: z
    .array(
      z.object({
        kind,
        mimeType,
        preferredPayloadType: payloadType,
        clockRate,
        channels: z.int().min(1).max(8).exactOptional(),
        parameters: codecParameters.exactOptional(),
        rtcpFeedback: rtcpFeedback.exactOptional(),
      }),
    )
    .max(64),
  headerExtensions: z
    .array(
      z.object({
        kind,
        uri: headerExtensionUri,
        preferredId: headerExtensionId,
        preferredEncrypt: z.boolean().exactOptional(),
        direction: z.enum(['sendrecv', 'sendonly', 'recvonly', 'inactive']).exactOptional(),
      }),
    )
    .max(64),
});
export type RtpCapabilities = z.infer<typeof rtpCapabilities>;

export const rtpParameters = z.object({
  mid: z.string().max(32).exactOptional(),
  msid: z.string().max(200).exactOptional(),
  codecs: z
    .array(
      z.object({
        mimeType,
        payloadType,
        clockRate,
        channels: z.int().min(1).max(8).exactOptional(),
        parameters: codecParameters.exactOptional(),
        rtcpFeedback: rtcpFeedback.exactOptional(),
      }),
    )
    .min(1)
    .max(16),
  headerExtensions: z
    .array(
      z.object({
        uri: headerExtensionUri,
        id: headerExtensionId,
        encrypt: z.boolean().exactOptional(),
        parameters: codecParameters.exactOptional(),
      }),
    )
    .max(32)
    .exactOptional(),
  encodings: z
    .array(
      z.object({
        ssrc: uint32.exactOptional(),
        rid: z.string().max(16).exactOptional(),
        codecPayloadType: payloadType.exactOptional(),
        rtx: z.object({ ssrc: uint32 }).exactOptional(),
        dtx: z.boolean().exactOptional(),
        scalabilityMode: z.string().max(16).exactOptional(),
        scaleResolutionDownBy: z.number().min(1).max(64).exactOptional(),
        maxBitrate: z.number().positive().max(1_000_000_000).exactOptional(),
      }),
    )
    .min(1)
    .max(4)
    .exactOptional(),
  rtcp: z
    .object({
      cname: z.string().max(200).exactOptional(),
      reducedSize: z.boolean().exactOptional(),
    })
    .exactOptional(),
});
export type RtpParameters = z.infer<typeof rtpParameters>;

export const dtlsParameters = z.object({
  role: z.enum(['auto', 'client', 'server']).exactOptional(),
  fingerprints: z
    .array(
      z.object({
        algorithm: z.enum(['sha-1', 'sha-224', 'sha-256', 'sha-384', 'sha-512']),
        value: z
          .string()
          .regex(/^[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2})*$/)
          .max(200),
      }),
    )
    .min(1)
    .max(8),
});
export type DtlsParameters = z.infer<typeof dtlsParameters>;

export const iceParameters = z.object({
  usernameFragment: z.string().max(256),
  password: z.string().max(256),
  iceLite: z.boolean().exactOptional(),
});
export type IceParameters = z.infer<typeof iceParameters>;

export const iceCandidate = z.object({
  foundation: z.string().max(64),
  priority: uint32,
  address: z.string().max(255),
  ip: z.string().max(255),
  protocol: z.enum(['udp', 'tcp']),
  port: z.int().min(0).max(65_535),
  type: z.enum(['host', 'srflx', 'prflx', 'relay']),
  tcpType: z.enum(['passive', 'active', 'so']).exactOptional(),
});
export type IceCandidate = z.infer<typeof iceCandidate>;

export const iceServer = z.object({
  urls: z.array(z.string()),
  username: z.string().exactOptional(),
  credential: z.string().exactOptional(),
});
export type IceServer = z.infer<typeof iceServer>;

/** What a client needs to open its end of a transport. */
export const transportOptions = z.object({
  id: z.string(),
  iceParameters,
  iceCandidates: z.array(iceCandidate),
  dtlsParameters,
});
export type TransportOptions = z.infer<typeof transportOptions>;
