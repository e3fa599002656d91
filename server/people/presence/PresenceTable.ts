import type { NodeEntry } from './aggregate.ts';

/** What a node tells of one of its people; null: they are not connected to it any more. */
export type PresenceChange = readonly [userId: string, entry: NodeEntry | null];

interface NodeTable {
  /** Counts what the node has told. */
  version: number;
  entries: Map<string, NodeEntry>;
}

/**
 * Who is connected to which node, as the nodes themselves have told. Each numbers what it tells, so that
 * what was lost on the way is noticed.
 */
export class PresenceTable {
  readonly #nodes = new Map<string, NodeTable>();

  entriesOf(userId: string): NodeEntry[] {
    return [...this.#nodes.values()].flatMap(({ entries }) => entries.get(userId) ?? []);
  }

  /** What a node has told of somebody. */
  own(node: string, userId: string): NodeEntry | null {
    return this.#nodes.get(node)?.entries.get(userId) ?? null;
  }

  /** The same, by this node itself. */
  set(node: string, userId: string, entry: NodeEntry | null): void {
    const known = this.#nodes.get(node);
    if (entry) known?.entries.set(userId, entry);
    else known?.entries.delete(userId);
  }

  /** Everything that a node knows. @returns people of whom something else is known now */
  replace(node: string, version: number, all: readonly PresenceChange[]): string[] {
    const known = this.#nodes.get(node);
    if (known && known.version > version) return [];
    const entries = new Map<string, NodeEntry>();
    for (const [userId, entry] of all) if (entry) entries.set(userId, entry);
    this.#nodes.set(node, { version, entries });
    return [...new Set([...(known?.entries.keys() ?? []), ...entries.keys()])];
  }

  /**
   * What has changed at a node since it told the version before.
   * @returns people of whom something else is known now; null where something is missing in between
   */
  change(node: string, version: number, changes: readonly PresenceChange[]): string[] | null {
    const known = this.#nodes.get(node);
    if (!known || version > known.version + 1) return null;
    if (version <= known.version) return [];
    known.version = version;
    for (const [userId, entry] of changes) {
      if (entry) known.entries.set(userId, entry);
      else known.entries.delete(userId);
    }
    return changes.map(([userId]) => userId);
  }

  isBehind(node: string, version: number): boolean {
    return (this.#nodes.get(node)?.version ?? -1) < version;
  }

  /** The node is gone. @returns who was connected to it */
  drop(node: string): string[] {
    const known = this.#nodes.get(node);
    this.#nodes.delete(node);
    return [...(known?.entries.keys() ?? [])];
  }
}
