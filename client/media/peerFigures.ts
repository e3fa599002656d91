import { callPath, type CallPath } from '../../protocol/calls.ts';

/** What the browser has counted of a call, since it began. */
export interface PeerFigures {
  /** Null before the first measurement. */
  rttMs: number | null;
  packetsReceived: number;
  packetsLost: number;
  bytesReceived: number;
  framesDecoded: number;
  audioEnergy: number;
  freezes: number;
  /** Candidate types of the pair that is used, one's own first; null before there is one. */
  pair: readonly [string, string] | null;
  /** Which pair that is: another one when another path was found. */
  pairId: string | null;
}

type Entry = Record<string, unknown> & { id: string; type: string };

export async function readFigures(connection: RTCPeerConnection): Promise<PeerFigures> {
  const entries: Entry[] = [];
  (await connection.getStats()).forEach((entry: Entry) => entries.push(entry));
  const inbound = entries.filter(({ type }) => type === 'inbound-rtp');
  const sum = (name: string): number =>
    inbound.reduce((total, entry) => total + numberOf(entry, name), 0);
  const transport = entries.find(({ type }) => type === 'transport');
  const selected = transport?.['selectedCandidatePairId'];
  const pair = entries.find(
    ({ type, id, nominated, state }) =>
      type === 'candidate-pair' &&
      (selected === undefined ? nominated === true && state === 'succeeded' : id === selected),
  );
  const typeOf = (id: unknown): string => {
    const type = entries.find((entry) => entry.id === id)?.['candidateType'];
    return typeof type === 'string' ? type : 'unknown';
  };
  const seconds = pair?.['currentRoundTripTime'];
  return {
    rttMs: typeof seconds === 'number' ? seconds * 1_000 : null,
    packetsReceived: sum('packetsReceived'),
    packetsLost: sum('packetsLost'),
    bytesReceived: sum('bytesReceived'),
    framesDecoded: sum('framesDecoded'),
    audioEnergy: sum('totalAudioEnergy'),
    freezes: sum('freezeCount'),
    pair: pair ? [typeOf(pair['localCandidateId']), typeOf(pair['remoteCandidateId'])] : null,
    pairId: pair?.id ?? null,
  };
}

/** The path as a whole: over a relay if either end uses one, and so on. */
export async function pathOf(connection: RTCPeerConnection): Promise<CallPath> {
  const { pair } = await readFigures(connection);
  const types = ['relay', 'srflx', 'prflx'] as const;
  const found = types.find((type) => pair?.includes(type));
  return callPath.parse(found ?? 'host');
}

function numberOf(entry: Entry, name: string): number {
  const value = entry[name];
  return typeof value === 'number' ? value : 0;
}
