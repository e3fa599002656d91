import type { AuditAction, AuditEntry } from '../../protocol/meetings.ts';
import type { Logger } from '../core/logger.ts';
import type { AuditStore, Fence, MeetingRecord } from './stores.ts';

export interface Person {
  userId: string;
  name: string;
}

export interface AuditTrailDeps {
  store: AuditStore;
  logger: Logger;
  now: () => number;
}

/** Who did what to whom in one meeting. */
export class AuditTrail {
  readonly #fence: Fence;
  readonly #deps: AuditTrailDeps;

  constructor(fence: Fence, deps: AuditTrailDeps) {
    this.#fence = fence;
    this.#deps = deps;
  }

  /**
   * Never rejects: what was done stays done, and hosts must be able to act while the database is away.
   * @param actor null when nobody did it
   * @param subject null when it concerns everybody
   */
  record(
    action: AuditAction,
    actor: Person | null,
    subject: Person | null,
    detail: AuditEntry['detail'] = {},
  ): Promise<void> {
    return this.recordEach(action, actor, [subject], detail);
  }

  /** As `record`, for each of several people whom one act concerned. */
  async recordEach(
    action: AuditAction,
    actor: Person | null,
    subjects: readonly (Person | null)[],
    detail: AuditEntry['detail'] = {},
  ): Promise<void> {
    if (subjects.length === 0) return;
    const { store, logger, now } = this.#deps;
    const { meetingId } = this.#fence;
    const at = now();
    for (const subject of subjects) {
      logger.info(
        { meetingId, action, actor: actor?.userId, subject: subject?.userId },
        'moderation',
      );
    }
    const entries = subjects.map((subject) => {
      return { at, action, actor: present(actor), subject: present(subject), detail };
    });
    try {
      await store.append(this.#fence, entries);
    } catch (error) {
      logger.error({ err: error, meetingId, action }, 'an audit entry was not stored');
    }
  }

  /** Newest first. */
  list(page: Parameters<AuditStore['list']>[1]): ReturnType<AuditStore['list']> {
    return this.#deps.store.list(this.#fence.meetingId, page);
  }
}

function present(person: Person | null): Person | null {
  return person && { userId: person.userId, name: person.name };
}

/** Who acts where somebody changes a meeting of their own from outside. */
export function creatorOf({
  hostId,
  hostName,
}: Pick<MeetingRecord, 'hostId' | 'hostName'>): Person {
  return { userId: hostId, name: hostName };
}
