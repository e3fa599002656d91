import type { Operator } from '../auth/Operators.ts';
import type { Logger } from '../core/logger.ts';
import type { NewOperatorAct, OperatorAuditStore } from './stores.ts';

export interface OperatorAuditDeps {
  store: OperatorAuditStore;
  logger: Logger;
  now: () => number;
}

/** Who did what to the cluster. */
export class OperatorAudit {
  readonly #deps: OperatorAuditDeps;

  constructor(deps: OperatorAuditDeps) {
    this.#deps = deps;
  }

  /**
   * Never rejects: what was done stays done, and operators must be able to act while the database is
   * away. The log has it either way.
   */
  async record(
    { userId, name }: Operator,
    action: NewOperatorAct['action'],
    what: Partial<Pick<NewOperatorAct, 'node' | 'meeting' | 'detail'>>,
  ): Promise<void> {
    const { store, logger, now } = this.#deps;
    const { node = null, meeting = null, detail = {} } = what;
    const act = { at: now(), action, actor: { userId, name }, node, meeting, detail };
    const about = { action, operator: userId ?? name, node: node?.instanceId, ...detail };
    logger.info({ ...about, meetingId: meeting?.id }, 'operator acted');
    try {
      await store.append(act);
    } catch (error) {
      logger.error({ err: error, ...about }, "an operator's act was not stored");
    }
  }

  /** Newest first. */
  list(page: Parameters<OperatorAuditStore['list']>[0]): ReturnType<OperatorAuditStore['list']> {
    return this.#deps.store.list(page);
  }
}
