import type { Request } from '../media/MediaTransport.ts';
import type { MediaStats } from '../media/stats.ts';
import { reportMinutes, type Counted } from './callQuality.ts';

/** All that arrives of a meeting, by what its paths measure. */
export function countedOf({ inbound, transports }: MediaStats): Counted {
  const sum = (name: 'packetsReceived' | 'packetsLost' | 'bytesReceived' | 'freezeCount'): number =>
    inbound.reduce((total, one) => total + one[name], 0);
  const trips = transports.flatMap(({ roundTripTimeMs }) => roundTripTimeMs ?? []);
  return {
    rttMs: trips.length === 0 ? null : Math.max(...trips),
    packetsReceived: sum('packetsReceived'),
    packetsLost: sum('packetsLost'),
    bytesReceived: sum('bytesReceived'),
    freezes: sum('freezeCount'),
  };
}

/** Tells of every minute in a meeting, for one's history. Answers how to stop that. */
export function reportMeeting(
  meetingId: string,
  media: { stats(): Promise<MediaStats> },
  request: Request,
): () => void {
  const report = reportMinutes(
    async () => countedOf(await media.stats()),
    (minute) => {
      // Guests have no history: the server says so, and nothing comes of it.
      request('call:quality', { in: { meetingId }, minute }).catch(() => undefined);
    },
  );
  return () => report.close();
}
