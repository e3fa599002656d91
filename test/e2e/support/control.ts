import type { Page } from 'playwright-core';
import { framesOf, largestGap, watchFrames } from './frames.ts';

/** What its frames are kept under, beside those of participants. */
const CONTROL = 'control';

/** The fake camera's pictures are 83 ms apart; a screen presents some of them two refreshes late. */
const USUAL_INTERVAL_MS = 120;

/**
 * Plays a small picture of the page's camera that the page sends to itself, past Parley: encoded,
 * sent, decoded and presented as those of others are. While it stands still, so does the machine.
 */
export async function playControl(page: Page): Promise<void> {
  await page.evaluate(async (id) => {
    const stream = await navigator.mediaDevices.getUserMedia({
      video: { width: 160, height: 120 },
    });
    const [sender, receiver] = [new RTCPeerConnection(), new RTCPeerConnection()];
    sender.onicecandidate = ({ candidate }) =>
      void receiver.addIceCandidate(candidate ?? undefined);
    receiver.onicecandidate = ({ candidate }) =>
      void sender.addIceCandidate(candidate ?? undefined);
    receiver.ontrack = ({ track }) => {
      const tile = document.createElement('div');
      tile.dataset['testid'] = `tile-${id}`;
      tile.style.cssText = 'position:fixed;left:0;bottom:0;width:16px;height:12px;z-index:1000';
      const video = document.createElement('video');
      Object.assign(video, { muted: true, autoplay: true, width: 16, height: 12 });
      video.srcObject = new MediaStream([track]);
      tile.append(video);
      document.body.append(tile);
    };
    for (const track of stream.getTracks()) sender.addTrack(track, stream);
    await sender.setLocalDescription();
    if (sender.localDescription) await receiver.setRemoteDescription(sender.localDescription);
    await receiver.setLocalDescription();
    if (receiver.localDescription) await sender.setRemoteDescription(receiver.localDescription);
  }, CONTROL);
  await watchFrames(page, CONTROL);
}

export function controlOf(page: Page): Promise<number[]> {
  return framesOf(page, CONTROL);
}

/** Milliseconds for which the picture came later than it usually does, the longest time. */
export function largestStall(control: readonly number[]): number {
  return Math.max(0, largestGap(control) - USUAL_INTERVAL_MS);
}
