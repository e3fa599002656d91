import { z } from 'zod';
import { role, stoppable } from '../../protocol/meetings.ts';
import type { Logger } from '../core/logger.ts';
import { StaleEpochError } from '../core/StaleEpochError.ts';
import {
  inOrder,
  type HotChanges,
  type HotMeeting,
  type HotParticipant,
  type HotStateStore,
} from '../meetings/HotState.ts';
import { fromJson } from './fromJson.ts';
import { CLEAR, LOAD, SAVE } from './hotStateScripts.ts';
import { epochKey, LEASE_TTL_MS, participantsKey, stateKey } from './keys.ts';
import type { RedisConnection } from './RedisConnection.ts';

const participant: z.ZodType<HotParticipant> = z.object({
  id: z.string(),
  userId: z.string(),
  name: z.string(),
  role,
  deviceId: z.string().nullable(),
  joinedAt: z.number(),
  companion: z.boolean(),
  handRaisedAt: z.number().nullable(),
  stopped: z.array(stoppable),
  granted: z.array(z.enum(['microphone', 'camera'])),
});
const loadAnswer = z.tuple([z.string().nullable(), z.string().nullable(), z.array(z.string())]);
const time = z.coerce.number();
const participantText = fromJson(participant);

/**
 * Hot state in Redis: one hash of the meeting, one of its participants. Both go an hour after the
 * last write unless the owner's lease is renewed. Everything throws AppError UNAVAILABLE while Redis
 * is away.
 */
export class RedisHotStateStore implements HotStateStore {
  readonly #redis: RedisConnection;
  readonly #logger: Logger;

  constructor(redis: RedisConnection, logger: Logger) {
    this.#redis = redis;
    this.#logger = logger;
  }

  async load(meetingId: string): Promise<HotMeeting | null> {
    const keys = [stateKey(meetingId), participantsKey(meetingId)];
    const [startedAt, savedAt, texts] = loadAnswer.parse(await this.#redis.run(LOAD, keys, []));
    if (startedAt === null) return null;
    const started = time.safeParse(startedAt);
    if (!started.success) {
      this.#logger.warn({ meetingId, err: started.error }, 'hot state not understood');
      return null;
    }
    const participants: HotParticipant[] = [];
    for (const text of texts) {
      const parsed = participantText.safeParse(text);
      if (parsed.success) participants.push(parsed.data);
      else this.#logger.warn({ meetingId, err: parsed.error }, 'hot participant not understood');
    }
    const saved = time.nullable().safeParse(savedAt);
    return {
      startedAt: started.data,
      savedAt: saved.success ? saved.data : null,
      participants: inOrder(participants),
    };
  }

  async save(meetingId: string, epoch: number, changes: HotChanges): Promise<void> {
    const { startedAt, savedAt, put, remove } = changes;
    const entries = put.flatMap((one) => [one.id, JSON.stringify(one)]);
    const saved = await this.#redis.run(
      SAVE,
      [epochKey(meetingId), stateKey(meetingId), participantsKey(meetingId)],
      [epoch, LEASE_TTL_MS, startedAt, savedAt, put.length, ...entries, ...remove],
    );
    if (saved === 0) throw new StaleEpochError(meetingId, epoch);
  }

  async clear(meetingId: string, epoch: number): Promise<void> {
    const keys = [epochKey(meetingId), stateKey(meetingId), participantsKey(meetingId)];
    const cleared = await this.#redis.run(CLEAR, keys, [epoch]);
    if (cleared === 0) throw new StaleEpochError(meetingId, epoch);
  }
}
