import type { types } from 'mediasoup-client';
import type { MediaKind, Source } from '../../protocol/meetings.ts';
import type { ConsumerOptions } from '../../protocol/mediaRequests.ts';
import type { MediaTransport } from './MediaTransport.ts';
import type { Publication } from './Publication.ts';

/** Figures of what is received and sent, from the browser's own counters. */
export interface MediaStats {
  inbound: InboundStats[];
  outbound: OutboundStats[];
  transports: TransportStats[];
}

export interface InboundStats {
  producerId: string;
  participantId: string;
  consumerId: string;
  kind: MediaKind;
  source: Source;
  packetsReceived: number;
  packetsLost: number;
  bytesReceived: number;
  framesDecoded: number;
  framesPerSecond: number;
  frameWidth: number;
  frameHeight: number;
  freezeCount: number;
  totalAudioEnergy: number;
  audioLevel: number;
}

export interface OutboundStats {
  producerId: string;
  kind: MediaKind;
  source: Source;
  rid: string | null;
  active: boolean;
  packetsSent: number;
  bytesSent: number;
  framesEncoded: number;
  frameWidth: number;
  frameHeight: number;
}

export interface TransportStats {
  direction: 'send' | 'recv';
  state: types.ConnectionState;
  /** RTCIceTransportState and RTCDtlsTransportState; null where the browser does not tell. */
  iceState: string | null;
  dtlsState: string | null;
  /** Null before the first measurement. */
  roundTripTimeMs: number | null;
  srtpCipher: string | null;
}

interface Sources {
  send: Promise<MediaTransport> | null;
  recv: Promise<MediaTransport> | null;
  publications: readonly Publication[];
  remotes: readonly { consumer: types.Consumer; options: ConsumerOptions }[];
}

/** A statistics dictionary; browsers differ in which members they fill. */
type Entry = Record<string, unknown> & { type: string };

export async function collectStats(sources: Sources): Promise<MediaStats> {
  const [inbound, outbound, transports] = await Promise.all([
    Promise.all(sources.remotes.map(inboundStats)),
    Promise.all(sources.publications.map(outboundStats)),
    Promise.all([sources.send, sources.recv].map(transportStats)),
  ]);
  return { inbound, outbound: outbound.flat(), transports: transports.flat() };
}

async function inboundStats({ consumer, options }: Sources['remotes'][number]) {
  const entries = consumer.closed ? [] : entriesOf(await consumer.getStats());
  const entry = entries.find(({ type }) => type === 'inbound-rtp');
  const { id: consumerId, producerId, participantId, kind, source } = options;
  return {
    producerId,
    participantId,
    consumerId,
    kind,
    source,
    packetsReceived: number(entry, 'packetsReceived'),
    packetsLost: number(entry, 'packetsLost'),
    bytesReceived: number(entry, 'bytesReceived'),
    framesDecoded: number(entry, 'framesDecoded'),
    framesPerSecond: number(entry, 'framesPerSecond'),
    frameWidth: number(entry, 'frameWidth'),
    frameHeight: number(entry, 'frameHeight'),
    freezeCount: number(entry, 'freezeCount'),
    totalAudioEnergy: number(entry, 'totalAudioEnergy'),
    audioLevel: number(entry, 'audioLevel'),
  };
}

async function outboundStats({ producer, source }: Publication): Promise<OutboundStats[]> {
  if (!producer || producer.closed) return [];
  return entriesOf(await producer.getStats())
    .filter(({ type }) => type === 'outbound-rtp')
    .map((entry) => ({
      producerId: producer.id,
      kind: producer.kind,
      source,
      rid: text(entry, 'rid'),
      active: entry['active'] !== false,
      packetsSent: number(entry, 'packetsSent'),
      bytesSent: number(entry, 'bytesSent'),
      framesEncoded: number(entry, 'framesEncoded'),
      frameWidth: number(entry, 'frameWidth'),
      frameHeight: number(entry, 'frameHeight'),
    }));
}

/** Whether sound of somebody has arrived. */
export function isHeard({ inbound }: MediaStats, participantId: string): boolean {
  return inbound.some(
    (one) => one.participantId === participantId && one.kind === 'audio' && one.packetsReceived > 0,
  );
}

async function transportStats(pending: Promise<MediaTransport> | null): Promise<TransportStats[]> {
  const built = await pending?.catch(() => null);
  if (!built || built.transport.closed) return [];
  const { transport } = built;
  const entries = entriesOf(await transport.getStats());
  const pair = entries.find(
    ({ type, nominated, state }) =>
      type === 'candidate-pair' && nominated === true && state === 'succeeded',
  );
  const dtls = entries.find(({ type }) => type === 'transport');
  const seconds = pair?.['currentRoundTripTime'];
  return [
    {
      direction: transport.direction,
      state: transport.connectionState,
      roundTripTimeMs: typeof seconds === 'number' ? seconds * 1_000 : null,
      iceState: text(dtls, 'iceState'),
      dtlsState: text(dtls, 'dtlsState'),
      srtpCipher: text(dtls, 'srtpCipher'),
    },
  ];
}

function entriesOf(report: RTCStatsReport): Entry[] {
  const entries: Entry[] = [];
  report.forEach((entry: Entry) => entries.push(entry));
  return entries;
}

function text(entry: Entry | undefined, name: string): string | null {
  const value = entry?.[name];
  return typeof value === 'string' ? value : null;
}

function number(entry: Entry | undefined, name: string): number {
  const value = entry?.[name];
  return typeof value === 'number' ? value : 0;
}
