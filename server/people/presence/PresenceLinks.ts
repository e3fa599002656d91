import type { FailureDetector } from '../../cluster/FailureDetector.ts';
import type { Mesh } from '../../cluster/Mesh.ts';
import type { NodeRegistry } from '../../cluster/NodeRegistry.ts';
import type { NodeEntry, Said } from './aggregate.ts';
import { PresenceTable, type PresenceChange } from './PresenceTable.ts';

const OPERATIONS = {
  changed: 'presence/changed',
  all: 'presence/all',
  ask: 'presence/ask',
  version: 'presence/version',
  said: 'presence/said',
  parted: 'presence/parted',
} as const;

/** What happens within this time is told at once. */
const BATCH_MS = 10;
/** How often nodes compare what they have told with what was heard, in case something was lost. */
const COMPARE_MS = 3_000;

interface Told {
  version: number;
  changes: readonly PresenceChange[];
}

export interface PresenceLinksDeps {
  mesh: Mesh;
  registry: Pick<NodeRegistry, 'self' | 'nodes' | 'find' | 'on' | 'off'>;
  failures: Pick<FailureDetector, 'on' | 'off'>;
  /** What this node tells of somebody now. */
  entryOf: (userId: string) => NodeEntry | null;
  /** Everybody who is connected to this node. */
  localIds: () => readonly string[];
  /** Something else may be known of these people now. @param node that told it, or is gone */
  onHeard: (userIds: readonly string[], node: string) => void;
  /** Something holds for all of somebody's devices, wherever they are. */
  onSaid: (userId: string, said: Said) => void;
  onParted: (oneId: string, otherId: string) => void;
  /** What other nodes told may be lost. */
  onMissed: () => void;
}

/**
 * What nodes tell each other of presence: changes, numbered by each node, and everything when a link
 * comes up or a number is missing. A node that is dead has told nothing.
 */
export class PresenceLinks {
  readonly #deps: PresenceLinksDeps;
  readonly #table = new PresenceTable();
  readonly #dirty = new Set<string>();
  readonly #self: string;
  readonly #comparing: NodeJS.Timeout;
  #flushing: NodeJS.Timeout | undefined;
  #version = 0;

  constructor(deps: PresenceLinksDeps) {
    this.#deps = deps;
    this.#self = deps.registry.self.instanceId;
    this.#table.replace(this.#self, 0, []);
    const { mesh, registry, failures } = deps;
    mesh.serve(OPERATIONS.changed, (told, from) => this.#hearChanges(told as Told, from));
    mesh.serve(OPERATIONS.all, (told, from) => this.#hearAll(told as Told, from));
    mesh.serve(OPERATIONS.ask, (_, from) => this.#tellAll(from));
    mesh.serve(OPERATIONS.version, (version, from) => this.#compare(version as number, from));
    mesh.serve(OPERATIONS.said, (told) => {
      const { userId, said } = told as { userId: string; said: Said };
      deps.onSaid(userId, said);
    });
    mesh.serve(OPERATIONS.parted, (told) => {
      const [oneId, otherId] = told as [string, string];
      deps.onParted(oneId, otherId);
    });
    mesh.on('link-up', this.#onLinkUp);
    registry.on('joined', this.#onJoined);
    failures.on('dead', this.#onDead);
    this.#comparing = setInterval(() => this.#tellOthers('version', this.#version), COMPARE_MS);
    this.#comparing.unref();
  }

  entriesOf(userId: string): NodeEntry[] {
    return this.#table.entriesOf(userId);
  }

  /** Something about somebody who is, or was, connected to this node is another. */
  publish(userId: string): void {
    const entry = this.#deps.entryOf(userId);
    const own = this.#table.own(this.#self, userId);
    if (JSON.stringify(entry) === JSON.stringify(own)) return;
    this.#table.set(this.#self, userId, entry);
    this.#dirty.add(userId);
    this.#flushing ??= setTimeout(() => this.#flush(), BATCH_MS);
    this.#deps.onHeard([userId], this.#self);
  }

  /** At once, beside what this node knows of them: their devices here may be gone in a moment. */
  tellSaid(userId: string, said: Said): void {
    this.#tellOthers('said', { userId, said });
    this.#deps.onSaid(userId, said);
  }

  tellParted(oneId: string, otherId: string): void {
    this.#tellOthers('parted', [oneId, otherId]);
    this.#deps.onParted(oneId, otherId);
  }

  /** Tells what is left to tell. */
  close(): void {
    clearInterval(this.#comparing);
    this.#flush();
    const { mesh, registry, failures } = this.#deps;
    mesh.off('link-up', this.#onLinkUp);
    registry.off('joined', this.#onJoined);
    failures.off('dead', this.#onDead);
  }

  #flush(): void {
    clearTimeout(this.#flushing);
    this.#flushing = undefined;
    if (this.#dirty.size === 0) return;
    const changes = this.#changesOf([...this.#dirty]);
    this.#dirty.clear();
    this.#version += 1;
    this.#tellOthers('changed', { version: this.#version, changes } satisfies Told);
  }

  #changesOf(userIds: readonly string[]): PresenceChange[] {
    return userIds.map((userId) => [userId, this.#table.own(this.#self, userId)]);
  }

  readonly #onLinkUp = (node: string): void => {
    this.#tellAll(node);
    this.#deps.onMissed();
  };

  readonly #onJoined = ({ instanceId }: { instanceId: string }): void => {
    this.#tellAll(instanceId);
  };

  readonly #onDead = (node: string): void => {
    this.#deps.onHeard(this.#table.drop(node), node);
    this.#deps.onMissed();
  };

  #tellAll(node: string): void {
    if (!this.#isOther(node)) return;
    const changes = this.#changesOf(this.#deps.localIds());
    this.#deps.mesh.tell(node, OPERATIONS.all, { version: this.#version, changes } satisfies Told);
  }

  #hearChanges({ version, changes }: Told, from: string): void {
    if (!this.#isOther(from)) return;
    const heard = this.#table.change(from, version, changes);
    if (heard) this.#deps.onHeard(heard, from);
    else this.#deps.mesh.tell(from, OPERATIONS.ask, null);
  }

  #hearAll({ version, changes }: Told, from: string): void {
    if (!this.#isOther(from)) return;
    this.#deps.onHeard(this.#table.replace(from, version, changes), from);
  }

  #compare(version: number, from: string): void {
    if (!this.#isOther(from) || !this.#table.isBehind(from, version)) return;
    this.#deps.mesh.tell(from, OPERATIONS.ask, null);
  }

  #tellOthers(operation: keyof typeof OPERATIONS, message: unknown): void {
    for (const { instanceId } of this.#deps.registry.nodes) {
      if (this.#isOther(instanceId)) {
        this.#deps.mesh.tell(instanceId, OPERATIONS[operation], message);
      }
    }
  }

  /** Of those that are gone nothing is believed any more. */
  #isOther(node: string): boolean {
    const info = node === this.#self ? undefined : this.#deps.registry.find(node);
    return info?.roles.includes('signaling') ?? false;
  }
}
