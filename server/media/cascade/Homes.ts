import { AppError } from '../../core/AppError.ts';
import type { RouterRef } from '../MediaExecutor.ts';

interface Home {
  /** Null while it is being opened. */
  router: RouterRef | null;
  opening: Promise<RouterRef>;
}

/** Which router each participant of one meeting is placed at: both of their transports are there. */
export class Homes {
  readonly #homes = new Map<string, Home>();

  /** @throws AppError INVALID_STATE while the participant has no transport */
  of(participantId: string): RouterRef {
    const router = this.find(participantId);
    if (!router) throw new AppError('INVALID_STATE', { message: 'There is no transport yet.' });
    return router;
  }

  find(participantId: string): RouterRef | null {
    return this.#homes.get(participantId)?.router ?? null;
  }

  /**
   * Where the participant is placed, or `place` puts them.
   * @throws what `place` throws; AppError INVALID_STATE when they are gone meanwhile
   */
  async settle(
    participantId: string,
    place: () => RouterRef | Promise<RouterRef>,
  ): Promise<RouterRef> {
    const known = this.#homes.get(participantId);
    if (known) return known.opening;
    const placed = place();
    const home: Home =
      placed instanceof Promise
        ? { router: null, opening: placed }
        : { router: placed, opening: Promise.resolve(placed) };
    this.#homes.set(participantId, home);
    try {
      home.router = await home.opening;
    } catch (error) {
      if (this.#homes.get(participantId) === home) this.#homes.delete(participantId);
      throw error;
    }
    this.assertAt(participantId, home.router);
    return home.router;
  }

  /** After an await: what was begun for a place that is gone does not count. @throws AppError INVALID_STATE */
  assertAt(participantId: string, router: RouterRef): void {
    if (this.find(participantId) !== router) throw new AppError('INVALID_STATE');
  }

  /** Takes over where somebody is. */
  adopt(participantId: string, router: RouterRef): void {
    this.#homes.set(participantId, { router, opening: Promise.resolve(router) });
  }

  /** Who is placed at one of these routers. */
  at(routers: ReadonlySet<RouterRef>): string[] {
    return [...this.#homes]
      .filter(([, { router }]) => router !== null && routers.has(router))
      .map(([participantId]) => participantId);
  }

  has(participantId: string): boolean {
    return this.#homes.has(participantId);
  }

  delete(participantId: string): void {
    this.#homes.delete(participantId);
  }

  clear(): void {
    this.#homes.clear();
  }
}
