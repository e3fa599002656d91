import { EventEmitter } from 'node:events';
import type { Logger } from '../core/logger.ts';
import type { FailureDetector } from './FailureDetector.ts';
import {
  DEFAULT_CALL_TIMEOUT_MS,
  MeshTimeoutError,
  UnreachableError,
  type CallOptions,
  type Mesh,
  type MeshEvents,
  type Operation,
} from './Mesh.ts';
import type { NodeRegistry } from './NodeRegistry.ts';

/** Asks a node to pass something on to another. */
const RELAY = 'mesh/relay';
/** Hands over what was passed on. */
const PASSED = 'mesh/passed';
const PROBE = 'mesh/passed-probe';
/** What the relay waits longer than the caller would be of no use. */
const HOP_MS = 200;

interface Passed {
  /** Instance that asks. */
  from: string;
  operation: string;
  args: unknown;
}

interface Relayed {
  to: string;
  operation: string;
  args: unknown;
  /** Null: nobody waits for an answer. */
  timeoutMs: number | null;
}

interface RelayAnswer {
  /** What the other node answered. */
  data?: unknown;
  /** The relay has no answer, and why. */
  lost?: 'unreachable' | 'timeout';
}

/** A way around the broken link to one node. */
interface Detour {
  /** Nodes that turned out not to reach it. */
  readonly avoided: Set<string>;
  /** What was sent on this way and has not been answered. */
  pending: number;
  /** The link is whole again: nothing more is sent on this way once everything was answered. */
  ending: boolean;
}

/**
 * A mesh whose calls reach nodes that live and that this one cannot reach: a third node passes them
 * on. Both ends choose the same one as long as they know the same nodes, so that what one tells the
 * other still arrives in order. Fencing is up to those who are asked, as ever.
 */
export class RelayingMesh extends EventEmitter<MeshEvents> implements Mesh {
  readonly #direct: Mesh;
  readonly #registry: NodeRegistry;
  readonly #logger: Logger;
  readonly #acts = new Map<string, Operation>();
  readonly #detours = new Map<string, Detour>();

  constructor(direct: Mesh, registry: NodeRegistry, failures: FailureDetector, logger: Logger) {
    super();
    this.#direct = direct;
    this.#registry = registry;
    this.#logger = logger;
    direct.on('link-up', (instanceId) => this.emit('link-up', instanceId));
    direct.on('link-down', (instanceId, how) => this.emit('link-down', instanceId, how));
    direct.serve(RELAY, (message, from) => this.#relay(message as Relayed, from));
    direct.serve(PASSED, (message) => {
      const { from, operation, args } = message as Passed;
      return this.#actOf(operation)(args, from);
    });
    this.#acts.set(PROBE, () => null);
    failures.on('partitioned', (instanceId) => void this.#begin(instanceId));
    failures.on('healed', (instanceId) => this.#end(instanceId));
    failures.on('dead', (instanceId) => this.#detours.delete(instanceId));
  }

  serve(operation: string, act: Operation): void {
    this.#direct.serve(operation, act);
    this.#acts.set(operation, act);
  }

  async call(
    instanceId: string,
    operation: string,
    args: unknown,
    options: CallOptions = {},
  ): Promise<unknown> {
    const detour = this.#detours.get(instanceId);
    if (!detour) return this.#direct.call(instanceId, operation, args, options);
    const { timeoutMs = DEFAULT_CALL_TIMEOUT_MS } = options;
    const message = { to: instanceId, operation, args, timeoutMs };
    return this.#send(detour, message, timeoutMs);
  }

  tell(instanceId: string, operation: string, args: unknown): void {
    const detour = this.#detours.get(instanceId);
    if (!detour) {
      this.#direct.tell(instanceId, operation, args);
      return;
    }
    const message = { to: instanceId, operation, args, timeoutMs: null };
    // Lost, as it may be on any way.
    this.#send(detour, message, DEFAULT_CALL_TIMEOUT_MS).catch(() => undefined);
  }

  /** Idempotent. */
  async close(): Promise<void> {
    this.#detours.clear();
    await this.#direct.close();
    this.removeAllListeners();
  }

  /** There is a way again as soon as somebody is found who reaches that node. */
  async #begin(instanceId: string): Promise<void> {
    const detour: Detour = { avoided: new Set(), pending: 0, ending: false };
    this.#detours.set(instanceId, detour);
    for (;;) {
      const relay = this.#relayFor(instanceId, detour);
      if (relay === undefined) break;
      try {
        await this.call(instanceId, PROBE, null);
        this.#logger.info({ instanceId, relay }, 'node that is cut off is reached over another');
        this.emit('link-up', instanceId);
        return;
      } catch {
        detour.avoided.add(relay);
      }
    }
    this.#logger.warn({ instanceId }, 'no node reaches the one that is cut off');
  }

  #end(instanceId: string): void {
    const detour = this.#detours.get(instanceId);
    if (!detour) return;
    detour.ending = true;
    if (detour.pending === 0) this.#detours.delete(instanceId);
  }

  async #send(detour: Detour, message: Relayed, timeoutMs: number): Promise<unknown> {
    const { to, operation } = message;
    const relay = this.#relayFor(to, detour);
    if (relay === undefined) throw new UnreachableError(to, 'no other node reaches it either');
    detour.pending++;
    try {
      const options = { timeoutMs: timeoutMs + HOP_MS };
      const answer = (await this.#direct.call(relay, RELAY, message, options)) as RelayAnswer;
      if (answer.lost === undefined) return answer.data;
      if (answer.lost === 'timeout') throw new MeshTimeoutError(to, operation, timeoutMs);
      detour.avoided.add(relay);
      throw new UnreachableError(to, `neither does ${relay} reach it`);
    } catch (error) {
      // The relay itself is out of reach: what it did with the call nobody knows.
      if (error instanceof UnreachableError && error.instanceId === relay) {
        detour.avoided.add(relay);
        throw new UnreachableError(to, `${relay}, which passed things on, is gone`);
      }
      throw error;
    } finally {
      detour.pending--;
      if (detour.ending && detour.pending === 0) this.#detours.delete(to);
    }
  }

  /** Nodes with signaling first: they have links to most others. */
  #relayFor(instanceId: string, { avoided }: Detour): string | undefined {
    const { self, nodes } = this.#registry;
    const candidates = nodes.filter(
      (node) =>
        node.instanceId !== self.instanceId &&
        node.instanceId !== instanceId &&
        !avoided.has(node.instanceId) &&
        !this.#detours.has(node.instanceId),
    );
    const rank = ({ roles }: (typeof nodes)[number]): number =>
      roles.includes('signaling') ? 0 : 1;
    const [first] = candidates.toSorted(
      (a, b) => rank(a) - rank(b) || (a.instanceId < b.instanceId ? -1 : 1),
    );
    return first?.instanceId;
  }

  /** Begins at once, so that what came first is passed on first. */
  async #relay({ to, operation, args, timeoutMs }: Relayed, from: string): Promise<RelayAnswer> {
    const message: Passed = { from, operation, args };
    if (timeoutMs === null) {
      this.#direct.tell(to, PASSED, message);
      return {};
    }
    try {
      return { data: await this.#direct.call(to, PASSED, message, { timeoutMs }) };
    } catch (error) {
      if (error instanceof UnreachableError) return { lost: 'unreachable' };
      if (error instanceof MeshTimeoutError) return { lost: 'timeout' };
      throw error;
    }
  }

  #actOf(operation: string): Operation {
    const act = this.#acts.get(operation);
    if (!act) throw new Error(`nobody serves operation ${operation} here`);
    return act;
  }
}
