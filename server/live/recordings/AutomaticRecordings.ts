import { setTimeout as sleep } from 'node:timers/promises';
import { createId } from '../../core/ids.ts';
import type { Logger } from '../../core/logger.ts';
import type { ChooseMixer } from '../stores.ts';
import type { AutomaticRecordingStore, DueRecording } from './stores.ts';

export interface AutomaticRecordingsDeps {
  store: AutomaticRecordingStore;
  chooseMixer: ChooseMixer;
  /** Mixers have something to do. */
  tellMixers: () => void;
  /** These hosts, who are in the meeting, hear that it cannot be recorded yet. */
  tellHosts: (userIds: readonly string[], meetingId: string) => void;
  /** A meeting that was empty for so long begins a new sitting, milliseconds. */
  sittingGapMs: number;
  logger: Logger;
  /** Milliseconds since the Unix epoch. */
  now: () => number;
}

const LOOK_MS = 2_000;
/** Hosts who came meanwhile have not heard of it. */
const TELL_AGAIN_MS = 300_000;

/**
 * Begins the recordings that settings of meetings ask for, on every node that serves clients. What is to begin follows
 * from what is stored, and the store lets one of several nodes begin it: a restart changes nothing.
 */
export class AutomaticRecordings {
  readonly #deps: AutomaticRecordingsDeps;
  readonly #stop = new AbortController();
  #running: Promise<void> | null = null;

  constructor(deps: AutomaticRecordingsDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Begins whatever is due at this moment. @throws what the store throws */
  async look(): Promise<void> {
    const { store, sittingGapMs } = this.#deps;
    for (const due of await store.due(sittingGapMs)) await this.#begin(due);
  }

  /** Idempotent. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        await this.look();
      } catch (error) {
        // The database is away, say; the next round looks again.
        this.#deps.logger.warn({ err: error }, 'recordings begin by themselves later');
      }
      await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  async #begin({ meetingId, hostIds }: DueRecording): Promise<void> {
    const { store, chooseMixer, tellMixers, tellHosts, sittingGapMs, logger, now } = this.#deps;
    const id = createId();
    const how = { id, now: now(), sittingGapMs, choose: chooseMixer };
    switch (await store.begin(meetingId, how)) {
      case 'begun':
        logger.info({ recordingId: id, meetingId }, 'recording starts by itself');
        tellMixers();
        break;
      case 'full':
        if (!(await store.tell(meetingId, now(), now() - TELL_AGAIN_MS))) break;
        logger.warn({ meetingId }, 'no mixer records a meeting that is to be recorded');
        tellHosts(hostIds, meetingId);
        break;
      case 'not due':
    }
  }
}
