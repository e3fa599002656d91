import {
  signListenerToken,
  verifyListenerToken,
  type ListenerClaims,
} from '../auth/listenerTokens.ts';
import { verifyPasscode } from '../auth/passwords.ts';
import type { RateLimits } from '../auth/RateLimits.ts';
import { AppError } from '../core/AppError.ts';
import { createId } from '../core/ids.ts';
import { isHeard } from './airtime.ts';
import { keyNumberOf, segmentKey, sequenceAt } from './segmentKeys.ts';
import type { LiveRoom, LiveStore } from './stores.ts';
import { hlsPathOf } from './views.ts';

/** How long a listener's token opens its room. */
const TOKEN_TTL_MS = 12 * 3_600_000;

export interface LiveAccessDeps {
  store: Pick<LiveStore, 'find'>;
  /** The same as it was a moment ago: keys are asked for by every listener. */
  rooms: { find: (roomId: string) => Promise<LiveRoom | null> };
  rateLimits: Pick<RateLimits, 'guess' | 'consume'>;
  jwtSecret: string;
  segmentSec: number;
  segmentsPerKey: number;
  /** Milliseconds since the Unix epoch. */
  now: () => number;
}

export interface Entry {
  token: string;
  /** Milliseconds since the Unix epoch. */
  expiresAt: number;
  hlsUrl: string;
}

/** Who may listen: checks PINs under the limits on guessing, and gives out keys to those who knew them. */
export class LiveAccess {
  readonly #deps: LiveAccessDeps;

  constructor(deps: LiveAccessDeps) {
    this.#deps = deps;
  }

  /**
   * @param by account, where there is one: the room's host needs no PIN
   * @throws AppError NOT_FOUND, PASSCODE_REQUIRED, PASSCODE_WRONG, RATE_LIMITED after too many wrong ones
   */
  async enter(
    roomId: string,
    pin: string | undefined,
    by: { userId: string | null; address: string },
  ): Promise<Entry> {
    const { store, jwtSecret, now } = this.#deps;
    const live = await store.find(roomId);
    if (!live || live.room.desired === 'removed') throw new AppError('NOT_FOUND');
    const { hostId, pinVersion } = live.room;
    if (by.userId !== hostId) await this.#assertPin(live, pin, by.address);
    const expiresAt = now() + TOKEN_TTL_MS;
    const token = signListenerToken(
      { roomId, pinVersion, listenerId: createId() },
      jwtSecret,
      expiresAt,
    );
    return { token, expiresAt, hlsUrl: hlsPathOf(roomId) };
  }

  /**
   * The key of a start of the room by its number, 16 bytes. Refusals count under the address.
   * @throws AppError UNAUTHENTICATED without a token, with one that is over and after another PIN; FORBIDDEN for
   *   another room's token, and for a key of segments that do not exist yet; NOT_FOUND while the room is not on air
   *   or was started anew; RATE_LIMITED after too many refusals
   */
  async key(
    wanted: { roomId: string; nonce: string; number: number },
    token: string | undefined,
    address: string,
  ): Promise<Buffer> {
    return this.#counted(address, () => this.#key(wanted, token));
  }

  /**
   * The room, to whoever has entered it. Refusals count under the address.
   * @param when `now`: not as it was a moment ago
   * @throws AppError UNAUTHENTICATED with a token that is over and after another PIN; FORBIDDEN for another room's
   *   token; NOT_FOUND: there is no such room any more; RATE_LIMITED after too many refusals
   */
  async listener(
    roomId: string,
    token: string,
    address: string,
    when: 'now' | 'lately' = 'lately',
  ): Promise<{ live: LiveRoom; listenerId: string }> {
    return this.#counted(address, async () => {
      const { jwtSecret, rooms, store } = this.#deps;
      const claims = verifyListenerToken(token, jwtSecret);
      if (claims.roomId !== roomId) throw new AppError('FORBIDDEN');
      let live = when === 'now' ? await store.find(roomId) : await rooms.find(roomId);
      // Its PIN may be newer than what is at hand.
      if (live?.room.pinVersion !== claims.pinVersion) live = await store.find(roomId);
      if (!live || live.room.desired === 'removed') throw new AppError('NOT_FOUND');
      if (live.room.pinVersion !== claims.pinVersion) throw new AppError('UNAUTHENTICATED');
      return { live, listenerId: claims.listenerId };
    });
  }

  async #counted<T>(address: string, check: () => Promise<T>): Promise<T> {
    try {
      return await check();
    } catch (error) {
      if (error instanceof AppError) {
        await this.#deps.rateLimits.consume('liveKeyRefusedPerAddress', address);
      }
      throw error;
    }
  }

  async #key(
    { roomId, nonce, number }: { roomId: string; nonce: string; number: number },
    token: string | undefined,
  ): Promise<Buffer> {
    const { jwtSecret, segmentSec, segmentsPerKey, now } = this.#deps;
    if (token === undefined) throw new AppError('UNAUTHENTICATED');
    const claims = verifyListenerToken(token, jwtSecret);
    if (claims.roomId !== roomId) throw new AppError('FORBIDDEN');
    const live = await this.#findFor(claims, nonce);
    if (!live) throw new AppError('NOT_FOUND');
    const { pinVersion, keySecret } = live.room;
    if (claims.pinVersion !== pinVersion) throw new AppError('UNAUTHENTICATED');
    const isCurrent = live.room.nonce === nonce && isHeard(live.room, now());
    if (!isCurrent || keySecret === null) throw new AppError('NOT_FOUND');
    // Who has a key of tomorrow listens tomorrow, whatever the PIN is then.
    const due = keyNumberOf(sequenceAt(now(), segmentSec), segmentsPerKey);
    if (number > due + 1) throw new AppError('FORBIDDEN');
    return segmentKey(keySecret, number);
  }

  /** The room; where the one at hand does not fit, its PIN or its start may be newer. */
  async #findFor({ roomId, pinVersion }: ListenerClaims, nonce: string): Promise<LiveRoom | null> {
    const { rooms, store } = this.#deps;
    const live = await rooms.find(roomId);
    const isFitting = live?.room.pinVersion === pinVersion && live.room.nonce === nonce;
    return isFitting ? live : store.find(roomId);
  }

  async #assertPin({ room }: LiveRoom, pin: string | undefined, address: string): Promise<void> {
    if (pin === undefined) {
      throw new AppError('PASSCODE_REQUIRED', { message: 'This room needs its PIN.' });
    }
    const isRight = await this.#deps.rateLimits.guess(
      [
        { name: 'livePinPerAddress', key: `${room.roomId} ${address}` },
        { name: 'livePinPerRoom', key: room.roomId },
      ],
      () => verifyPasscode(room.pinHash, pin),
    );
    if (!isRight) throw new AppError('PASSCODE_WRONG', { message: 'This is not the PIN.' });
  }
}
