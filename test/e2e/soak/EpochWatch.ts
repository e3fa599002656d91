import type { NodeProcess } from '../../support/NodeProcess.ts';
import { Violation } from './Violation.ts';

/** What a media node logs when it takes orders about a meeting from another owner than before. */
const ORDERS = 'orders of another owner';

interface Line {
  meetingId?: string;
  epoch?: number;
}

/** The epochs at which media nodes take orders, as they log them. */
export class EpochWatch {
  #violation: Violation | null = null;
  #seen = 0;

  constructor(nodes: readonly NodeProcess[]) {
    for (const node of nodes) this.#watch(node);
  }

  /** How often a media node got another owner of a meeting. */
  get seen(): number {
    return this.#seen;
  }

  /** @throws Violation */
  assertNeverLower(): void {
    if (this.#violation) throw this.#violation;
  }

  #watch(node: NodeProcess): void {
    let { pid } = node;
    const latest = new Map<string, number>();
    node.onLine((text) => {
      if (!text.includes(ORDERS)) return;
      // A new process has heard of nobody.
      if (node.pid !== pid) latest.clear();
      pid = node.pid;
      const { meetingId = '', epoch = 0 } = JSON.parse(text) as Line;
      const before = latest.get(meetingId) ?? 0;
      if (epoch < before) {
        const what = `${node.name} takes orders of epoch ${epoch} after ${before} about ${meetingId}`;
        this.#violation ??= new Violation(1, what);
      }
      latest.set(meetingId, epoch);
      this.#seen += 1;
    });
  }
}
