import { EventEmitter } from 'node:events';
import type { types } from 'mediasoup';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { limitIncoming } from '../../../../server/media/limitIncoming.ts';

const BITRATE = 6_000_000;

describe('limit of what a participant sends', () => {
  let transport: EventEmitter;
  let observer: EventEmitter;
  const setMaxIncomingBitrate = vi.fn<(bitrate: number) => Promise<void>>();

  beforeEach(() => {
    vi.useFakeTimers();
    setMaxIncomingBitrate.mockReset().mockResolvedValue();
    observer = new EventEmitter();
    transport = Object.assign(new EventEmitter(), { observer, setMaxIncomingBitrate });
    limitIncoming(transport as unknown as types.WebRtcTransport, BITRATE);
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('is told once the sender has measured its connection, not before', () => {
    vi.advanceTimersByTime(60_000);
    transport.emit('dtlsstatechange', 'connecting');
    transport.emit('dtlsstatechange', 'connected');
    // libwebrtc's start phase.
    vi.advanceTimersByTime(2_000);
    expect(setMaxIncomingBitrate).not.toHaveBeenCalled();
    vi.advanceTimersByTime(2_000);
    expect(setMaxIncomingBitrate).toHaveBeenCalledExactlyOnceWith(BITRATE);
  });

  it('is not told to a transport that has closed', () => {
    transport.emit('dtlsstatechange', 'connected');
    observer.emit('close');
    vi.advanceTimersByTime(10_000);
    expect(setMaxIncomingBitrate).not.toHaveBeenCalled();
  });
});
