import type { Principal } from './Principal.ts';

/** A revocation that another process made is seen after at most this time. */
const TTL_MS = 10_000;
const MAX_ENTRIES = 10_000;
/** Longer than any query that may have read the session before it was revoked. */
const REMEMBER_REVOKED_MS = 60_000;

/**
 * Sessions that were found active a moment ago, and those that this process has just revoked.
 * Bounded; times are milliseconds since the Unix epoch.
 */
export class SessionCache {
  readonly #active = new Map<string, { principal: Principal; until: number }>();
  readonly #revoked = new Map<string, number>();

  get(sessionId: string, now: number): Principal | undefined {
    const entry = this.#active.get(sessionId);
    return entry && entry.until > now ? entry.principal : undefined;
  }

  set(principal: Principal, expiresAt: number, now: number): void {
    // Set anew it moves to the end: the first entry is the oldest.
    this.#active.delete(principal.sessionId);
    this.#active.set(principal.sessionId, { principal, until: Math.min(expiresAt, now + TTL_MS) });
    if (this.#active.size <= MAX_ENTRIES) return;
    const [oldest] = this.#active.keys();
    if (oldest !== undefined) this.#active.delete(oldest);
  }

  /** What is known of somebody is no longer so. */
  forgetUser(userId: string): void {
    for (const [sessionId, { principal }] of this.#active) {
      if (principal.userId === userId) this.#active.delete(sessionId);
    }
  }

  isRevoked(sessionId: string): boolean {
    return this.#revoked.has(sessionId);
  }

  revoke(sessionId: string, now: number): void {
    this.#active.delete(sessionId);
    for (const [id, at] of this.#revoked) {
      if (now - at < REMEMBER_REVOKED_MS) break;
      this.#revoked.delete(id);
    }
    this.#revoked.set(sessionId, now);
  }
}
