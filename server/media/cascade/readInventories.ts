import type { RtpCapabilities } from '../../../protocol/rtp.ts';
import type {
  ParticipantInventory,
  ProducerInventory,
  RouterInventory,
  RouterRef,
} from '../MediaExecutor.ts';
import { isSame, keyOf } from './routers.ts';

export interface FoundLink {
  linkId: string;
  ends: [RouterRef, RouterRef];
}

export interface FoundCopy {
  producerId: string;
  from: RouterRef;
  at: RouterRef;
  paused: boolean;
  maxSpatialLayer: number;
}

export interface FoundParticipant {
  participant: ParticipantInventory;
  home: RouterRef;
}

/** What a new owner takes over, and what it closes because nothing explains it. */
export interface Found {
  routers: RouterRef[];
  rtpCapabilities: RtpCapabilities | null;
  participants: FoundParticipant[];
  /** What was made for moves that have not ended, at most one for each of the participants. */
  moves: FoundParticipant[];
  producers: { producer: ProducerInventory; participantId: string; home: RouterRef }[];
  links: FoundLink[];
  /** Those that others come from stand before them. */
  copies: FoundCopy[];
  strayParticipants: { participantId: string; at: RouterRef }[];
  strayLinks: { linkId: string; at: RouterRef }[];
  strayPipes: { linkId: string; at: RouterRef; producerIds: string[] }[];
}

interface End extends Omit<RouterInventory['links'][number], 'peer'> {
  at: RouterRef;
  peer: RouterRef;
}

interface Pipe extends FoundCopy {
  linkId: string;
}

/** Puts together what the nodes say they have of one meeting. */
export function readInventories(
  inventories: readonly { nodeId: string; routers: readonly RouterInventory[] }[],
): Found {
  const all = inventories.flatMap(({ nodeId, routers }) =>
    routers.map((inventory) => ({ inventory, ref: { nodeId, worker: inventory.worker } })),
  );
  const refs = new Map(all.map(({ ref }) => [keyOf(ref), ref]));
  const homes = readHomes(all);
  const places = [...homes.participants, ...homes.moves];
  const producers = places.flatMap(({ participant, home }) =>
    participant.producers.map((producer) => ({
      producer,
      participantId: participant.participantId,
      home,
    })),
  );
  const ends = all.flatMap(({ inventory, ref }) =>
    inventory.links.map((link): End => ({ ...link, at: ref })),
  );
  const { links, strayLinks } = readLinks(ends, refs);
  const pipes = readPipes(ends, links);
  const homeOf = new Map(producers.map(({ producer, home }) => [producer.producerId, home]));
  const copies = explain(pipes, homeOf);
  return {
    routers: [...refs.values()],
    rtpCapabilities: all[0]?.inventory.rtpCapabilities ?? null,
    ...homes,
    producers,
    links,
    copies,
    strayLinks,
    strayPipes: readStrayPipes(ends, links, copies),
  };
}

/**
 * Each participant is at home where they were before they began to move, and moves to where they
 * came last. Of places that no move explains the one counts where they send from, else where they
 * receive.
 */
function readHomes(
  all: readonly { inventory: RouterInventory; ref: RouterRef }[],
): Pick<Found, 'participants' | 'moves' | 'strayParticipants'> {
  const places = all
    .flatMap(({ inventory, ref }) =>
      inventory.participants.map((participant) => ({ participant, home: ref })),
    )
    .sort((a, b) => b.participant.producers.length - a.participant.producers.length);
  const found: ReturnType<typeof readHomes> = {
    participants: [],
    moves: [],
    strayParticipants: [],
  };
  for (const theirs of Map.groupBy(places, (one) => one.participant.participantId).values()) {
    const latest = Math.max(...theirs.map(moveOf));
    const before = Math.max(...theirs.map(moveOf).map((move) => (move < latest ? move : -1)));
    const next = theirs.find((one) => moveOf(one) === latest);
    const home = theirs.find((one) => moveOf(one) === before);
    if (home && next) found.moves.push(next);
    const kept = home ?? next;
    if (kept) found.participants.push(kept);
    for (const one of theirs) {
      if (one === kept || one === next) continue;
      found.strayParticipants.push({ participantId: one.participant.participantId, at: one.home });
    }
  }
  return found;
}

function moveOf({ participant: { moveId = 0 } }: FoundParticipant): number {
  return moveId;
}

/** A link has two connected ends that name each other's routers; one between two routers is enough. */
function readLinks(
  ends: readonly End[],
  refs: ReadonlyMap<string, RouterRef>,
): Pick<Found, 'links' | 'strayLinks'> {
  const links: FoundLink[] = [];
  const paired = new Set<End>();
  const joined = new Set<string>();
  for (const end of ends) {
    if (paired.has(end) || !end.connected) continue;
    const other = ends.find(
      (one) =>
        one !== end &&
        one.linkId === end.linkId &&
        one.connected &&
        isSame(one.at, end.peer) &&
        isSame(one.peer, end.at),
    );
    const pair = [keyOf(end.at), keyOf(end.peer)].sort().join(' ');
    const peer = refs.get(keyOf(end.peer));
    if (!other || !peer || joined.has(pair)) continue;
    paired.add(end).add(other);
    joined.add(pair);
    links.push({ linkId: end.linkId, ends: [end.at, peer] });
  }
  const stray = ends.filter((end) => !paired.has(end));
  return { links, strayLinks: stray.map(({ linkId, at }) => ({ linkId, at })) };
}

/** Pipes that go in at one end of a link and come out at the other. */
function readPipes(ends: readonly End[], links: readonly FoundLink[]): Pipe[] {
  return links.flatMap(({ linkId, ends: [a, b] }) => {
    const endAt = (router: RouterRef) =>
      ends.find((end) => end.linkId === linkId && end.at === router);
    const between = (from: RouterRef, at: RouterRef): Pipe[] => {
      const sent = new Set(endAt(from)?.outgoing);
      return (endAt(at)?.incoming ?? [])
        .filter(({ producerId }) => sent.has(producerId))
        .map((incoming) => ({ ...incoming, linkId, from, at }));
    };
    return [...between(a, b), ...between(b, a)];
  });
}

/** Pipes that begin at the producer's home, or where another such pipe ends. */
function explain(pipes: readonly Pipe[], homeOf: ReadonlyMap<string, RouterRef>): Pipe[] {
  const explained: Pipe[] = [];
  for (let added = true; added;) {
    const next = pipes.filter(
      (pipe) =>
        !explained.includes(pipe) &&
        homeOf.has(pipe.producerId) &&
        (homeOf.get(pipe.producerId) === pipe.from ||
          explained.some((one) => one.producerId === pipe.producerId && one.at === pipe.from)),
    );
    explained.push(...next);
    added = next.length > 0;
  }
  return explained;
}

function readStrayPipes(
  ends: readonly End[],
  links: readonly FoundLink[],
  copies: readonly FoundCopy[],
): Found['strayPipes'] {
  const kept = new Set(links.map(({ linkId }) => linkId));
  return ends
    .filter(({ linkId }) => kept.has(linkId))
    .map(({ linkId, at, outgoing, incoming }) => ({
      linkId,
      at,
      producerIds: [
        ...outgoing.filter(
          (id) => !copies.some((copy) => copy.producerId === id && copy.from === at),
        ),
        ...incoming
          .map(({ producerId }) => producerId)
          .filter((id) => !copies.some((copy) => copy.producerId === id && copy.at === at)),
      ],
    }))
    .filter(({ producerIds }) => producerIds.length > 0);
}
