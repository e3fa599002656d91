import type { Logger } from '../../server/core/logger.ts';
import { MediaNode } from '../../server/media/MediaNode.ts';

/** No consumer lags behind for so long in a test. */
const CONSUMER_STALE_MS = 600_000;

/** A media node on loopback, in this process. */
export function startMediaNode(workers: number, logger: Logger): Promise<MediaNode> {
  return MediaNode.create(
    {
      workers: { count: workers, listen: [{ ip: '127.0.0.1' }], basePort: 0, logLevel: 'none' },
      videoCodecs: ['VP8'],
      initialOutgoingBitrate: 1_000_000,
      maxIncomingBitrate: 10_000_000,
      maxOutgoingBitrate: 0,
      consumerStaleMs: CONSUMER_STALE_MS,
    },
    logger,
  );
}
