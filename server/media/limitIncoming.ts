import type { types } from 'mediasoup';

/** Longer than libwebrtc takes a limit for an estimate. */
const START_PHASE_MS = 3_000;

/**
 * Asks a sender not to send more than `bitrate` (bits per second), once it has found out by itself
 * what its connection takes. libwebrtc trusts a REMB in its first 2 s as if it were measured
 * (SendSideBandwidthEstimation::UpdateEstimate): it would begin the best layer at once and stop it
 * with the first real measurement, which freezes the picture of whoever was switched to it.
 */
export function limitIncoming(transport: types.WebRtcTransport, bitrate: number): void {
  let timer: NodeJS.Timeout | undefined;
  transport.on('dtlsstatechange', (state) => {
    if (state !== 'connected' || timer) return;
    timer = setTimeout(() => {
      // Fails when the transport or its worker closes meanwhile, and then nothing comes in any more.
      transport.setMaxIncomingBitrate(bitrate).catch(() => undefined);
    }, START_PHASE_MS);
  });
  transport.observer.once('close', () => clearTimeout(timer));
}
