import type { Knex } from 'knex';
import type { ChooseMixer, MixRecord } from '../live/stores.ts';

/** As a left join answers: all null where there is none. */
export interface MixColumns {
  mix_meeting_id: string | null;
  generation: number;
  mixer: string | null;
  publishing: boolean;
  assigned_at: Date;
}

interface MixRow extends Omit<MixColumns, 'mix_meeting_id'> {
  meeting_id: string;
}

interface Assignment {
  /** Generation whose mixer has failed; null: there should be none. */
  replaces: number | null;
  choose: ChooseMixer;
  /** Milliseconds since the Unix epoch. */
  now: number;
}

/** Whoever decides about mixers does so alone. */
const ASSIGNMENT_LOCK = 0x6d69786573;

/** Nobody else decides about mixers until the transaction ends. */
export async function lockMixers(transaction: Knex.Transaction): Promise<void> {
  await transaction.raw('SELECT pg_advisory_xact_lock(?)', [ASSIGNMENT_LOCK]);
}

/** Gives a meeting's mix to a mixer. @returns the mix as it is then; null: no mixer has room, and there was none before */
export async function assignLocked(
  transaction: Knex.Transaction,
  meetingId: string,
  assignment: Assignment,
): Promise<MixRecord | null> {
  await lockMixers(transaction);
  return assignNow(transaction, meetingId, assignment);
}

/** The same with the lock held. */
export async function assignNow(
  transaction: Knex.Transaction,
  meetingId: string,
  { replaces, choose, now }: Assignment,
): Promise<MixRecord | null> {
  const row = await transaction<MixRow>('mixes').where({ meeting_id: meetingId }).first();
  const current = row ? mapMix(row) : null;
  if (current && current.generation !== replaces) return current;
  const counted = await transaction('mixes')
    .whereNot({ meeting_id: meetingId })
    .whereNotNull('mixer')
    .groupBy('mixer')
    .select<{ mixer: string; count: string }[]>('mixer', transaction.raw('count(*)'));
  const mixer = choose(new Map(counted.map(({ mixer, count }) => [mixer, Number(count)])));
  if (mixer === null && !current) return null;
  if (mixer !== null && current?.mixer === mixer) return current;
  // One that waits for a mixer is the same until it has one.
  const isSame = mixer === null && current?.mixer === null;
  const generation = (current?.generation ?? 0) + (isSame ? 0 : 1);
  const next: MixRecord = { meetingId, generation, mixer, publishing: false, assignedAt: now };
  await transaction('mixes').insert(toMixRow(next)).onConflict('meeting_id').merge();
  return next;
}

export function mapMix(row: MixRow): MixRecord {
  const { generation, mixer, publishing } = row;
  const assignedAt = row.assigned_at.getTime();
  return { meetingId: row.meeting_id, generation, mixer, publishing, assignedAt };
}

function toMixRow({ meetingId, generation, mixer, publishing, assignedAt }: MixRecord): MixRow {
  const assigned_at = new Date(assignedAt);
  return { meeting_id: meetingId, generation, mixer, publishing, assigned_at };
}
