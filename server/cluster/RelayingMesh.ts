import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
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
/** What the other node answers in time may take so much longer to come back from the relay. */
const HOP_MS = 200;
/** How often a way is looked for to a node that nobody has reached. */
const SEARCH_MS = 2_000;

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
  /** Whether somebody is looked for who does. */
  searching: boolean;
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
    failures.on('partitioned', (instanceId) => this.#begin(instanceId));
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

  #begin(instanceId: string): void {
    const detour = { avoided: new Set<string>(), searching: false, pending: 0, ending: false };
    this.#detours.set(instanceId, detour);
    void this.#search(instanceId, detour);
  }

  /** There is a way again as soon as somebody is found who reaches that node: one who comes later may. */
  async #search(instanceId: string, detour: Detour): Promise<void> {
    if (detour.searching) return;
    detour.searching = true;
    for (let tries = 0; this.#isNeeded(instanceId, detour); tries++) {
      const relay = await this.#findRelay(instanceId, detour);
      if (!this.#isNeeded(instanceId, detour)) break;
      if (relay !== undefined) {
        this.#logger.info({ instanceId, relay }, 'node that is cut off is reached over another');
        detour.searching = false;
        this.emit('link-up', instanceId);
        return;
      }
      if (tries === 0) this.#logger.warn({ instanceId }, 'no node reaches the one that is cut off');
      await sleep(SEARCH_MS, undefined, { ref: false });
    }
    detour.searching = false;
  }

  async #findRelay(instanceId: string, { avoided }: Detour): Promise<string | undefined> {
    const probe = { to: instanceId, operation: PROBE, args: null };
    for (const relay of this.#relaysTo(instanceId)) {
      try {
        await this.#pass(relay, { ...probe, timeoutMs: DEFAULT_CALL_TIMEOUT_MS });
        avoided.delete(relay);
        return relay;
      } catch {
        avoided.add(relay);
      }
    }
    return undefined;
  }

  /** Whether the link is still broken for which it was made. */
  #isNeeded(instanceId: string, detour: Detour): boolean {
    return this.#detours.get(instanceId) === detour && !detour.ending;
  }

  #end(instanceId: string): void {
    const detour = this.#detours.get(instanceId);
    if (!detour) return;
    detour.ending = true;
    this.#tidy(instanceId, detour);
  }

  #tidy(instanceId: string, detour: Detour): void {
    if (!detour.ending || detour.pending > 0) return;
    // The link may have been broken again since.
    if (this.#detours.get(instanceId) === detour) this.#detours.delete(instanceId);
  }

  async #send(detour: Detour, message: Relayed, timeoutMs: number): Promise<unknown> {
    const { to } = message;
    const relay = this.#relaysTo(to).find((one) => !detour.avoided.has(one));
    if (relay === undefined) throw new UnreachableError(to, 'no other node reaches it either');
    detour.pending++;
    try {
      return await this.#pass(relay, message, timeoutMs);
    } catch (error) {
      if (error instanceof UnreachableError) {
        detour.avoided.add(relay);
        void this.#search(to, detour);
      }
      throw error;
    } finally {
      detour.pending--;
      this.#tidy(to, detour);
    }
  }

  /** @throws UnreachableError over this one, MeshTimeoutError, what the other node threw */
  async #pass(
    relay: string,
    message: Relayed,
    timeoutMs = DEFAULT_CALL_TIMEOUT_MS,
  ): Promise<unknown> {
    const { to, operation } = message;
    let answer: RelayAnswer;
    try {
      const options = { timeoutMs: timeoutMs + HOP_MS };
      answer = (await this.#direct.call(relay, RELAY, message, options)) as RelayAnswer;
    } catch (error) {
      // The relay itself is out of reach: what it did with the call nobody knows.
      if (!(error instanceof UnreachableError) || error.instanceId !== relay) throw error;
      throw new UnreachableError(to, `${relay}, which passed things on, is gone`);
    }
    if (answer.lost === 'timeout') throw new MeshTimeoutError(to, operation, timeoutMs);
    if (answer.lost) throw new UnreachableError(to, `neither does ${relay} reach it`);
    return answer.data;
  }

  /** Who may, the best first: nodes with signaling have links to most others. */
  #relaysTo(instanceId: string): string[] {
    const { self, nodes } = this.#registry;
    const candidates = nodes.filter(
      (node) =>
        node.instanceId !== self.instanceId &&
        node.instanceId !== instanceId &&
        !this.#detours.has(node.instanceId),
    );
    const rank = ({ roles }: (typeof nodes)[number]): number =>
      roles.includes('signaling') ? 0 : 1;
    return candidates
      .toSorted((a, b) => rank(a) - rank(b) || (a.instanceId < b.instanceId ? -1 : 1))
      .map((node) => node.instanceId);
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
