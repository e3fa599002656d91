import type { RouterRef } from '../MediaExecutor.ts';
import type { MediaNodeSnapshot } from './MediaNodes.ts';
import { isSame } from './routers.ts';

/** Up to this share of a worker, a meeting stays together. */
export const PREFERRED_LOAD = 0.7;
/** Nothing new is placed beyond this share: who is there already will need more. */
export const MAX_LOAD = 0.85;

export interface PlacementRequest {
  /** Where the meeting has routers, the first one first. */
  routers: readonly RouterRef[];
  /** Share of a worker that what is placed will take. */
  share: number;
  /** Nodes of this region are preferred; null: none is. */
  region: string | null;
}

/** A place for a router; worker null: whichever of the node is alive first. */
export interface Place {
  nodeId: string;
  worker: number | null;
}

export type Placement = (
  request: PlacementRequest,
  nodes: readonly MediaNodeSnapshot[],
  random: () => number,
) => Place | null;

interface Candidate {
  nodeId: string;
  worker: number;
  /** Share in use once it is placed there. */
  load: number;
}

/**
 * Where something new goes: where the meeting is already, then on another worker of the same node,
 * then on another node. Null when there is room nowhere.
 * @param nodes with loads that count what was decided and has not been reported yet
 * @param random 0 to 1, exclusive; equally good nodes are told apart by it
 */
export const place: Placement = (request, nodes, random) => {
  const ready = nodes.filter((node) => node.ready);
  const alive = ready.filter(({ workers }) => workers.length > 0);
  if (alive.length === 0) {
    // Dead workers are replaced in a moment: the node waits for that.
    const node = ready.find(({ isSelf }) => isSelf) ?? ready[0];
    return node ? { nodeId: node.nodeId, worker: null } : null;
  }

  const candidates = new Map(alive.map((node) => [node.nodeId, candidatesOn(node, request.share)]));
  const all = [...candidates.values()].flat();
  const mine = request.routers.flatMap((router) => all.filter((one) => isSame(one, router)));
  const together = mine.find(({ load }) => load < PREFERRED_LOAD);
  if (together) return toPlace(together);

  const hosting = new Set(mine.map(({ nodeId }) => nodeId));
  const beside = least(all.filter((one) => hosting.has(one.nodeId) && !mine.includes(one)));
  if (beside && beside.load < PREFERRED_LOAD) return toPlace(beside);

  const others = alive.filter(({ nodeId }) => !hosting.has(nodeId));
  const elsewhere = chooseNode(others, candidates, request.region, random);
  if (elsewhere) return toPlace(elsewhere);

  const last = least([...mine, ...all]);
  return last && last.load <= MAX_LOAD ? toPlace(last) : null;
};

/**
 * The less loaded of two nodes drawn at random, its least loaded worker: everybody who decides by the
 * same figures at the same time would otherwise choose the same node.
 */
function chooseNode(
  nodes: readonly MediaNodeSnapshot[],
  candidates: ReadonlyMap<string, readonly Candidate[]>,
  region: string | null,
  random: () => number,
): Candidate | undefined {
  const roomy = nodes.flatMap((node) => {
    const best = least(candidates.get(node.nodeId) ?? []);
    return best && best.load < PREFERRED_LOAD ? [{ node, best }] : [];
  });
  const near = roomy.filter(({ node }) => node.region === region);
  const pool = region !== null && near.length > 0 ? near : roomy;
  const [first, second] = drawTwo(pool, random);
  return least([first, second].flatMap((drawn) => (drawn ? [drawn.best] : [])));
}

function drawTwo<T>(items: readonly T[], random: () => number): [T | undefined, T | undefined] {
  const first = Math.floor(random() * items.length);
  const step = 1 + Math.floor(random() * (items.length - 1));
  return [items[first], items.length > 1 ? items[(first + step) % items.length] : undefined];
}

function candidatesOn({ nodeId, workers }: MediaNodeSnapshot, share: number): Candidate[] {
  return workers.map(({ index, load }) => ({ nodeId, worker: index, load: load + share }));
}

/** The first of the least loaded. */
function least(candidates: readonly Candidate[]): Candidate | undefined {
  let choice: Candidate | undefined;
  for (const one of candidates) if (!choice || one.load < choice.load) choice = one;
  return choice;
}

function toPlace({ nodeId, worker }: Candidate): Place {
  return { nodeId, worker };
}
