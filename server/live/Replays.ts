import { signReplayTicket, verifyReplayTicket } from '../auth/replayTickets.ts';
import { AppError } from '../core/AppError.ts';
import type { LiveAccess } from './LiveAccess.ts';
import type { RecordingFile, RecordingStore } from './recordings/stores.ts';
import type { LiveRoom, LiveStore } from './stores.ts';

/** A player asks for a new one when it is over. */
const TICKET_TTL_MS = 3_600_000;

export interface ReplaysDeps {
  access: Pick<LiveAccess, 'listener'>;
  store: Pick<LiveStore, 'find'>;
  recordings: Pick<RecordingStore, 'files'>;
  jwtSecret: string;
  /** Milliseconds since the Unix epoch. */
  now: () => number;
}

export interface OpenedReplay {
  /** What the video's address is to hold. */
  ticket: string;
  durationMs: number | null;
  /** Of the ticket, milliseconds since the Unix epoch. */
  expiresAt: number;
}

/**
 * What listeners watch when a room is over. Whether they may is looked at with every request: what its host takes
 * back is gone at once.
 */
export class Replays {
  readonly #deps: ReplaysDeps;

  constructor(deps: ReplaysDeps) {
    this.#deps = deps;
  }

  /**
   * @throws AppError of `LiveAccess.listener`; NOT_FOUND also where there is nothing to watch; INVALID_STATE while
   *   it is not ready
   */
  async open(
    roomId: string,
    { token, address }: { token: string; address: string },
  ): Promise<OpenedReplay> {
    const { access, jwtSecret, now } = this.#deps;
    const { live } = await access.listener(roomId, token, address, 'now');
    const { recordingId, durationMs } = await this.#videoOf(live);
    const expiresAt = now() + TICKET_TTL_MS;
    const opens = { roomId, pinVersion: live.room.pinVersion, recordingId };
    return { ticket: signReplayTicket(opens, jwtSecret, expiresAt), durationMs, expiresAt };
  }

  /** @throws AppError UNAUTHENTICATED for a ticket that is over, and after another PIN; NOT_FOUND, INVALID_STATE */
  async file(roomId: string, ticket: string): Promise<RecordingFile> {
    const { store, jwtSecret } = this.#deps;
    const opens = verifyReplayTicket(ticket, jwtSecret);
    if (opens.roomId !== roomId) throw new AppError('UNAUTHENTICATED');
    const live = await store.find(roomId);
    if (!live) throw nothing();
    if (live.room.pinVersion !== opens.pinVersion) throw new AppError('UNAUTHENTICATED');
    const video = await this.#videoOf(live);
    // Another one has taken its place.
    if (video.recordingId !== opens.recordingId) throw nothing();
    return video;
  }

  async #videoOf({ replay }: LiveRoom): Promise<RecordingFile> {
    if (!replay) throw nothing();
    if (!replay.isReady) {
      throw new AppError('INVALID_STATE', { message: 'The replay is being prepared.' });
    }
    const files = await this.#deps.recordings.files(replay.recordingId);
    const video = files.find(({ kind }) => kind === 'composite');
    if (!video) throw nothing();
    return video;
  }
}

function nothing(): AppError {
  return new AppError('NOT_FOUND', { message: 'There is nothing to watch.' });
}
