import { availableParallelism } from 'node:os';
import type { WebrtcConfig } from '../../protocol/notifications.ts';
import type { RtpCapabilities } from '../../protocol/rtp.ts';
import { iceServersFor } from '../auth/iceServers.ts';
import { localAddresses, reachableAddress } from '../config/addresses.ts';
import type { Config } from '../config/loadConfig.ts';
import type { Logger } from '../core/logger.ts';
import { listenAddresses } from '../media/listenAddresses.ts';
import { MediaNode } from '../media/MediaNode.ts';
import { pipeOptions } from '../media/pipeOptions.ts';

/** Starts the media workers of this node. @throws Error when a port cannot be used */
export function openMedia({ cluster, media }: Config, logger: Logger): Promise<MediaNode> {
  const { listenAddress, announcedAddresses } = media;
  return MediaNode.create(
    {
      workers: {
        count: workerCountOf(media),
        listen: listenAddresses(listenAddress, announcedAddresses, localAddresses('IPv4')),
        basePort: media.basePort,
        logLevel: media.logLevel,
      },
      pipes: pipeOptions(media, cluster.advertisedAddress, reachableAddress, localAddresses()),
      videoCodecs: media.videoCodecs,
      initialOutgoingBitrate: media.initialOutgoingBitrate,
      maxIncomingBitrate: media.maxIncomingBitrate,
      maxOutgoingBitrate: media.maxOutgoingBitrate,
      consumerStaleMs: media.consumerStaleMs,
      workerCapacityPps: media.workerCapacityPps,
    },
    logger,
  );
}

/** How many media workers a node with media is to have. */
export function workerCountOf({ workers }: Config['media']): number {
  return workers === 0 ? availableParallelism() : workers;
}

/** What clients of a meeting are told of how to send and receive. */
export function webrtcConfigOf({ media, ice }: Config) {
  const publish = {
    videoCodec: media.preferredVideoCodec,
    cameraLayers: media.cameraLayers.map((layer) => ({ ...layer })),
    screenMaxBitrate: media.screenMaxBitrate,
    audioMaxBitrate: media.audioMaxBitrate,
  };
  return (rtpCapabilities: RtpCapabilities, meetingId: string): WebrtcConfig => ({
    routerRtpCapabilities: rtpCapabilities,
    iceServers: iceServersFor(ice, meetingId, Date.now()),
    iceTransportPolicy: ice.policy,
    publish,
  });
}
