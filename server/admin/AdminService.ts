import type {
  LiveMeeting,
  NodeMark,
  NodeView,
  OperatorAct,
  PlacementView,
} from '../../protocol/admin.ts';
import type { Operator } from '../auth/Operators.ts';
import type { Mesh } from '../cluster/Mesh.ts';
import type { NodeInfo, NodeRegistry } from '../cluster/NodeRegistry.ts';
import { AppError } from '../core/AppError.ts';
import { decodeCursor, encodeCursor } from '../core/cursor.ts';
import type { Logger } from '../core/logger.ts';
import type { MeetingOverview } from '../meetings/overview.ts';
import type { MeetingManager } from '../meetings/MeetingManager.ts';
import type { MeetingService } from '../meetings/MeetingService.ts';
import type { Placement } from '../meetings/ownerOperations.ts';
import type { Owners } from '../meetings/Owners.ts';
import type { MeetingRecord } from '../meetings/stores.ts';
import { chooseSuccessor } from './chooseSuccessor.ts';
import { pageOf, positionOf, type LivePage } from './liveMeetings.ts';
import type { OperatorAudit } from './OperatorAudit.ts';

export interface AdminServiceDeps {
  registry: NodeRegistry;
  mesh: Mesh;
  owners: Owners;
  meetings: Pick<MeetingService, 'read' | 'endAny'>;
  /** Those that this node owns. */
  owned: Pick<MeetingManager, 'liveMeetings'>;
  audit: OperatorAudit;
  logger: Logger;
  now: () => number;
}

type NodeName = LiveMeeting['owner'];
type Page = { before: string | undefined; limit: number };

const LIST = 'admin/meetings';
/** A list that lacks a node is of more use than one that comes late. */
const LIST_TIMEOUT_MS = 1_500;
/** Longer than the next owner may take to open it. */
const HANDOVER_TIMEOUT_MS = 8_000;
/** Nobody's account: in a meeting's own record, for whoever ended it with the token. */
const TOKEN_USER_ID = 'operator';

/** What operators see and do, on whichever node they ask. */
export class AdminService {
  readonly #deps: AdminServiceDeps;

  constructor(deps: AdminServiceDeps) {
    this.#deps = deps;
    // Only nodes of this cluster get here, and they send what `listMeetings` does.
    deps.mesh.serve(LIST, (page) => {
      const own = deps.owned.liveMeetings.map(({ overview }) => overview);
      return pageOf(own, page as LivePage);
    });
  }

  listNodes(): { nodes: NodeView[]; isRegistryReachable: boolean } {
    const { nodes, isReachable } = this.#deps.registry;
    const views = nodes.map((node) => this.#present(node));
    return {
      nodes: views.sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true })),
      isRegistryReachable: isReachable,
    };
  }

  /** @throws AppError NOT_FOUND, UNAVAILABLE */
  async markNode(operator: Operator, instanceId: string, mark: NodeMark): Promise<NodeView> {
    const { registry, audit } = this.#deps;
    const node = this.#node(instanceId);
    await registry.mark(instanceId, mark);
    await audit.record(operator, 'node-marked', { node: nameOf(node), detail: { mark } });
    return this.#present({ ...(registry.find(instanceId) ?? node), mark });
  }

  /**
   * Live meetings of all nodes; those of nodes that do not answer are missing.
   * @throws AppError INVALID_PAYLOAD for a cursor that is none
   */
  async listMeetings({
    before,
    limit,
  }: Page): Promise<{ meetings: LiveMeeting[]; next: string | null; missing: NodeName[] }> {
    const { registry, mesh, logger } = this.#deps;
    const cursor = before === undefined ? null : decodeCursor(before);
    const page: LivePage = { before: cursor, limit: limit + 1 };
    const missing: NodeName[] = [];
    const owners = registry.nodes.filter(({ roles }) => roles.includes('signaling'));
    const lists = await Promise.all(
      owners.map(async (node) => {
        const owner = nameOf(node);
        try {
          const how = { timeoutMs: LIST_TIMEOUT_MS };
          const found = await mesh.call(node.instanceId, LIST, page, how);
          return (found as MeetingOverview[]).map((overview) => ({ ...overview, owner }));
        } catch (error) {
          logger.warn({ err: error, instanceId: node.instanceId }, 'meetings of a node not listed');
          missing.push(owner);
          return [];
        }
      }),
    );
    const found = pageOf(lists.flat(), page);
    const shown = found.slice(0, limit);
    const last = shown.at(-1);
    return {
      meetings: shown.map(({ owner, ...overview }) => presentMeeting(overview, owner)),
      next: found.length > limit && last ? encodeCursor(positionOf(last)) : null,
      missing,
    };
  }

  /** @throws AppError NOT_FOUND, INVALID_STATE when it is not live, UNAVAILABLE */
  async readMeeting(ref: string): Promise<{ meeting: LiveMeeting; placement: PlacementView }> {
    const { meetings, owners } = this.#deps;
    const { id } = await meetings.read(ref);
    let owner = '';
    const found = await owners.ask(id, 'placement', null, {
      create: false,
      repeatable: true,
      onOwner(lease) {
        owner = lease.owner;
        return Promise.resolve();
      },
    });
    if (!found) throw notLive();
    return {
      meeting: presentMeeting(found.overview, this.#nameOf(owner)),
      placement: this.#presentPlacement(found.placement),
    };
  }

  /**
   * Has another signaling node own the meeting.
   * @param to whichever has the fewest meetings without it
   * @throws AppError NOT_FOUND, INVALID_STATE when it is not live or the node is not to get it, NO_CAPACITY
   * when there is no other, UNAVAILABLE
   */
  async moveMeeting(operator: Operator, ref: string, to: string | undefined): Promise<NodeName> {
    const { meetings, owners, audit } = this.#deps;
    const record = await meetings.read(ref);
    const before = await this.#ownerOf(record.id);
    const { nodes } = this.#deps.registry;
    if (to !== undefined) this.#node(to);
    const target = chooseSuccessor(nodes, before, to);
    await this.#assertAnswers(target);
    // Sent once: whoever asks twice might move it on from where it has just come.
    const how = { create: false, repeatable: false, timeoutMs: HANDOVER_TIMEOUT_MS };
    const lease = await owners.ask(record.id, 'handover', { to: target }, how);
    if (!lease) throw notLive();
    const owner = this.#nameOf(lease.owner);
    if (lease.owner === before) {
      throw new AppError('UNAVAILABLE', { message: 'The other node could not take the meeting.' });
    }
    await audit.record(operator, 'meeting-moved', {
      meeting: { id: record.id, title: record.title },
      detail: { from: this.#nameOf(before).name, to: owner.name },
    });
    return owner;
  }

  /** @throws AppError NOT_FOUND, NO_CAPACITY, UNAVAILABLE */
  async endMeeting(operator: Operator, ref: string): Promise<MeetingRecord> {
    const { meetings, audit } = this.#deps;
    const { endedAt } = await meetings.read(ref);
    const { userId, name } = operator;
    const ended = await meetings.endAny({ userId: userId ?? TOKEN_USER_ID, name }, ref);
    if (endedAt === null) {
      const { id, title } = ended;
      await audit.record(operator, 'meeting-ended', { meeting: { id, title } });
    }
    return ended;
  }

  listActs(page: {
    before: number | undefined;
    limit: number;
  }): Promise<{ acts: OperatorAct[]; next: number | null }> {
    return this.#deps.audit.list(page);
  }

  /**
   * While a node takes a meeting over nobody in it is answered: one that hangs is not given any.
   * @throws AppError UNAVAILABLE
   */
  async #assertAnswers(instanceId: string): Promise<void> {
    const page: LivePage = { before: null, limit: 1 };
    try {
      await this.#deps.mesh.call(instanceId, LIST, page, { timeoutMs: LIST_TIMEOUT_MS });
    } catch (error) {
      const message = 'The other node does not answer.';
      throw new AppError('UNAVAILABLE', { message, retryAfterMs: 1_000, cause: error });
    }
  }

  /** @throws AppError INVALID_STATE when nobody does */
  async #ownerOf(meetingId: string): Promise<string> {
    const lease = await this.#deps.owners.find(meetingId);
    if (!lease) throw notLive();
    return lease.owner;
  }

  /** @throws AppError NOT_FOUND */
  #node(instanceId: string): NodeInfo {
    const node = this.#deps.registry.find(instanceId);
    if (!node) throw new AppError('NOT_FOUND', { message: 'There is no such node.' });
    return node;
  }

  /** Of one that has left, all that is known is its instance. */
  #nameOf(instanceId: string): NodeName {
    const node = this.#deps.registry.find(instanceId);
    return node ? nameOf(node) : { instanceId, name: instanceId };
  }

  #present(node: NodeInfo): NodeView {
    const { instanceId, name, roles, version, region, startedAt, mark, load, workers } = node;
    const { meetings, connections, routers, participants, mixerCapacity, silentMs } = node;
    return {
      ...{ instanceId, name, version, region, mark, load },
      ...{ meetings, connections, routers, participants, mixerCapacity, silentMs },
      roles: [...roles],
      workers: workers.map((worker) => ({ index: worker.index, load: worker.load })),
      startedAt: new Date(startedAt).toISOString(),
      uptimeSec: Math.max(0, Math.floor((this.#deps.now() - startedAt) / 1_000)),
      isSelf: instanceId === this.#deps.registry.self.instanceId,
    };
  }

  #presentPlacement({ routers, links }: Placement): PlacementView {
    const at = ({ nodeId, worker }: { nodeId: string; worker: number }) => ({
      ...this.#nameOf(nodeId),
      worker,
    });
    return {
      routers: routers.map((router) => ({ ...at(router), participants: router.participants })),
      links: links.map(({ ends: [a, b], producers }) => ({ ends: [at(a), at(b)], producers })),
    };
  }
}

function presentMeeting(overview: MeetingOverview, owner: NodeName): LiveMeeting {
  const { id, code, title, epoch, participants, waiting, since } = overview;
  return {
    ...{ id, code, title, owner, epoch, participants, waiting },
    since: since === null ? null : new Date(since).toISOString(),
  };
}

function nameOf({ instanceId, name }: NodeInfo): NodeName {
  return { instanceId, name };
}

function notLive(): AppError {
  return new AppError('INVALID_STATE', { message: 'This meeting is not live.' });
}
