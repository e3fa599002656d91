import type { OperatorAct } from '../../protocol/admin.ts';

export type NewOperatorAct = Omit<OperatorAct, 'id' | 'at'> & { at: number };

/** Durable record of what operators did: it outlives the nodes and meetings that it names. */
export interface OperatorAuditStore {
  append(act: NewOperatorAct): Promise<void>;
  /** Newest first. */
  list(page: {
    before: number | undefined;
    limit: number;
  }): Promise<{ acts: OperatorAct[]; next: number | null }>;
}
