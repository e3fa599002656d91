import { AppError } from '../../core/AppError.ts';
import { createId } from '../../core/ids.ts';
import type { Logger } from '../../core/logger.ts';
import type { MeetingService } from '../../meetings/MeetingService.ts';
import type { ChooseMixer, LiveStore } from '../stores.ts';
import type { RecordingRecord, RecordingStore } from './stores.ts';

export interface RecordingsDeps {
  store: RecordingStore;
  live: Pick<LiveStore, 'assign' | 'ofMeeting'>;
  meetings: Pick<MeetingService, 'read'>;
  /** Whether somebody is host or co-host of a meeting. */
  isHosting: (userId: string, meetingId: string) => Promise<boolean>;
  chooseMixer: ChooseMixer;
  /** Why there is no mixer at all, for people; null where there is one. */
  whyNone: () => string | null;
  /** Mixers have something to do. */
  tellMixers: () => void;
  /** There may be something to put together, or to remove. */
  tellSweep: () => void;
  logger: Logger;
  now: () => number;
}

/** Recordings as people ask for them on any node: what is wanted is stored, and mixers follow. */
export class Recordings {
  readonly #deps: RecordingsDeps;

  constructor(deps: RecordingsDeps) {
    this.#deps = deps;
  }

  /**
   * Begins one; while the meeting is recorded the answer is that one.
   * @throws AppError NOT_FOUND, FORBIDDEN, ENDED, NO_CAPACITY, INVALID_PAYLOAD where nothing is to be recorded
   */
  async start(
    userId: string,
    ref: string,
    { composite, tracks }: { composite: boolean; tracks: boolean },
  ): Promise<RecordingRecord> {
    const { store, meetings, logger, now, tellMixers } = this.#deps;
    if (!composite && !tracks) {
      const issues = [{ path: 'composite', message: 'one of composite and tracks' }];
      const message = 'Say what is to be recorded.';
      throw new AppError('INVALID_PAYLOAD', { message, details: { issues } });
    }
    const meeting = await meetings.read(ref);
    await this.#assertHosting(userId, meeting.id);
    if (meeting.endedAt !== null) throw new AppError('ENDED');
    const id = createId();
    const recording = await store.insert({
      ...{ id, meetingId: meeting.id, hostId: meeting.hostId, title: meeting.title },
      ...{ state: 'starting', composite, tracks, startedAt: now(), endedAt: null },
      ...{ durationMs: null, expiresAt: null, error: null },
    });
    if (recording.id !== id) return recording;
    await this.#assign(recording);
    logger.info({ recordingId: id, meetingId: meeting.id, userId }, 'recording starts');
    tellMixers();
    return recording;
  }

  /** Stopping it again answers the same. @throws AppError NOT_FOUND, FORBIDDEN */
  async stop(userId: string, id: string): Promise<RecordingRecord> {
    const { store, logger, now, tellMixers } = this.#deps;
    const recording = await this.#find(id);
    if (recording.hostId !== userId) await this.#assertHosting(userId, recording.meetingId);
    if (recording.endedAt !== null) return recording;
    await store.stop(id, now());
    logger.info({ recordingId: id, userId }, 'recording stops');
    tellMixers();
    return this.#find(id);
  }

  /** Of meetings that they host, newest first. @throws AppError NOT_FOUND of the meeting */
  async list(
    userId: string,
    { before, limit, meeting: ref }: { before?: string; limit: number; meeting?: string },
  ): Promise<{ recordings: RecordingRecord[]; next: string | null }> {
    const meetingId = ref === undefined ? undefined : (await this.#deps.meetings.read(ref)).id;
    return this.#deps.store.list(userId, {
      limit,
      ...(before !== undefined && { before }),
      ...(meetingId !== undefined && { meetingId }),
    });
  }

  /** Whether a meeting is recorded, or about to be. */
  async isOngoing(meetingId: string): Promise<boolean> {
    return (await this.#deps.store.active(meetingId)) !== null;
  }

  /** Its owner, and while it goes on whoever may stop it. @throws AppError NOT_FOUND, FORBIDDEN */
  async read(userId: string, id: string): Promise<RecordingRecord> {
    const recording = await this.#find(id);
    if (recording.hostId === userId) return recording;
    if (recording.endedAt !== null) throw notTheirs();
    await this.#assertHosting(userId, recording.meetingId);
    return recording;
  }

  /** @throws AppError NOT_FOUND, FORBIDDEN */
  async readOwn(userId: string, id: string): Promise<RecordingRecord> {
    const recording = await this.#find(id);
    if (recording.hostId !== userId) throw notTheirs();
    return recording;
  }

  /** @throws AppError NOT_FOUND, FORBIDDEN */
  async rename(userId: string, id: string, title: string): Promise<RecordingRecord> {
    await this.readOwn(userId, id);
    await this.#deps.store.rename(id, title);
    return this.#find(id);
  }

  /** @throws AppError NOT_FOUND, FORBIDDEN */
  async remove(userId: string, id: string): Promise<void> {
    const { store, logger, now, tellMixers, tellSweep } = this.#deps;
    await this.readOwn(userId, id);
    await store.remove(id, now());
    logger.info({ recordingId: id, userId }, 'recording is removed');
    tellMixers();
    tellSweep();
  }

  async #assign({ id, meetingId }: RecordingRecord): Promise<void> {
    const { live, store, chooseMixer, whyNone, now } = this.#deps;
    const mix = await live.assign(meetingId, null, chooseMixer, now());
    if (mix) return;
    await store.forget(id);
    const message = whyNone() ?? 'All mixers are busy.';
    throw new AppError('NO_CAPACITY', { message });
  }

  async #assertHosting(userId: string, meetingId: string): Promise<void> {
    if (await this.#deps.isHosting(userId, meetingId)) return;
    const message = 'Only hosts can record a meeting.';
    throw new AppError('FORBIDDEN', { message });
  }

  async #find(id: string): Promise<RecordingRecord> {
    const recording = await this.#deps.store.find(id);
    if (recording) return recording;
    throw new AppError('NOT_FOUND', { message: 'There is no such recording.' });
  }
}

function notTheirs(): AppError {
  return new AppError('FORBIDDEN', { message: 'This recording is somebody else’s.' });
}
