import { createHash } from 'node:crypto';
import { signRecordingTicket, verifyRecordingTicket } from '../../auth/recordingTickets.ts';
import { AppError } from '../../core/AppError.ts';
import { createId, createSecret } from '../../core/ids.ts';
import { placeMessages, type PlacedMessage, type RecordingChatStore } from './RecordingChat.ts';
import type { RecordingFile, RecordingRecord, RecordingShare, RecordingStore } from './stores.ts';

export interface RecordingAccessDeps {
  store: RecordingStore;
  chat: RecordingChatStore;
  jwtSecret: string;
  /** Most links that a recording has. */
  maxShares: number;
  /** Milliseconds since the Unix epoch. */
  now: () => number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** A recording that somebody may play. */
export interface Opened {
  recording: RecordingRecord;
  files: RecordingFile[];
  /** Whether there is something to be read with it that was written meanwhile. */
  hasChat: boolean;
  /** What the files' addresses are to hold. */
  ticket: string;
  /** Of the ticket, milliseconds since the Unix epoch. */
  expiresAt: number;
}

/** Who may play recordings: by tickets, which players can send with an address, and links, which anybody may have. */
export class RecordingAccess {
  readonly #deps: RecordingAccessDeps;

  constructor(deps: RecordingAccessDeps) {
    this.#deps = deps;
  }

  /** For its owner, as checked before. @throws AppError INVALID_STATE while it cannot be played */
  open(recording: RecordingRecord): Promise<Opened> {
    return this.#open(recording, null);
  }

  /** @throws AppError NOT_FOUND when the link is over, INVALID_STATE */
  async openShared(token: string): Promise<Opened> {
    const { store, now } = this.#deps;
    const share = await store.findShare({ tokenHash: hashOf(token) }, now());
    const recording = share && (await store.find(share.recordingId));
    if (!recording) {
      throw new AppError('NOT_FOUND', { message: 'This link does not open anything any more.' });
    }
    return this.#open(recording, share);
  }

  /** @throws AppError INVALID_STATE: it has as many as it may, or failed */
  async share(
    recording: RecordingRecord,
    { days, withChat }: { days: number; withChat: boolean },
  ): Promise<{ share: RecordingShare; token: string }> {
    const { store, maxShares, now } = this.#deps;
    if (recording.state === 'failed') throw unplayable(recording);
    const token = createSecret();
    const share = {
      ...{ id: createId(), recordingId: recording.id, tokenHash: hashOf(token) },
      ...{ createdAt: now(), expiresAt: now() + days * DAY_MS, withChat },
    };
    if (await store.addShare(share, maxShares)) return { share, token };
    const message = `A recording has at most ${maxShares} links.`;
    throw new AppError('INVALID_STATE', { message });
  }

  /** @throws AppError UNAUTHENTICATED for a ticket that opens nothing (any more), NOT_FOUND */
  async file(recordingId: string, fileId: string, ticket: string): Promise<RecordingFile> {
    await this.#check(recordingId, ticket);
    const file = await this.#deps.store.findFile(recordingId, fileId);
    if (!file) throw new AppError('NOT_FOUND');
    return file;
  }

  /**
   * What was written in the meeting while it was recorded.
   * @throws AppError UNAUTHENTICATED for a ticket that opens nothing (any more); NOT_FOUND: it is not to be read
   */
  async chat(recordingId: string, ticket: string): Promise<PlacedMessage[]> {
    const share = await this.#check(recordingId, ticket);
    const written = share?.withChat === false ? null : await this.#deps.chat.written(recordingId);
    if (!written) throw new AppError('NOT_FOUND');
    return placeMessages(written);
  }

  /** @returns the link that the ticket was got with; null: it is its owner's */
  async #check(recordingId: string, ticket: string): Promise<RecordingShare | null> {
    const { store, jwtSecret, now } = this.#deps;
    const opens = verifyRecordingTicket(ticket, jwtSecret);
    if (opens.recordingId !== recordingId) throw new AppError('UNAUTHENTICATED');
    if (opens.shareId === null) return null;
    const share = await store.findShare({ id: opens.shareId }, now());
    if (share) return share;
    throw new AppError('UNAUTHENTICATED', { message: 'This link was taken back.' });
  }

  async #open(recording: RecordingRecord, share: RecordingShare | null): Promise<Opened> {
    const { store, chat, jwtSecret, now } = this.#deps;
    if (recording.state !== 'ready') throw unplayable(recording);
    const expiresAt = Math.min(now() + HOUR_MS, share?.expiresAt ?? Infinity);
    const opens = { recordingId: recording.id, shareId: share?.id ?? null };
    const ticket = signRecordingTicket(opens, jwtSecret, expiresAt);
    const written = share?.withChat === false ? null : await chat.written(recording.id);
    const hasChat = written !== null && placeMessages(written).length > 0;
    return { recording, files: await store.files(recording.id), hasChat, ticket, expiresAt };
  }
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

function unplayable({ state, error }: RecordingRecord): AppError {
  if (state === 'failed') {
    return new AppError('INVALID_STATE', { message: error ?? 'This recording failed.' });
  }
  const message = 'This recording is not ready yet.';
  return new AppError('INVALID_STATE', { message, details: { state } });
}
