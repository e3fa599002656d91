import type { Knex } from 'knex';
import { decodeCursor, encodeCursor } from '../core/cursor.ts';
import type {
  FinishedRecording,
  RecordingFile,
  RecordingPart,
  RecordingRecord,
  RecordingShare,
  RecordingStore,
} from '../live/recordings/stores.ts';
import { lockAutomatic } from './AutomaticRecordingRepository.ts';
import {
  dateOf,
  mapFile,
  mapRecording,
  mapShare,
  toFileRow,
  type FileRow,
  type PartRow,
  type RecordingRow,
  type ShareRow,
} from './recordingRows.ts';

const ACTIVE = ['starting', 'recording'] as const;
const WITH_BYTES = `recordings.*, (
  SELECT coalesce(sum(bytes), 0) FROM recording_files WHERE recording_id = recordings.id) AS bytes`;

/** Keeps recordings, their parts, files and links in PostgreSQL or PGlite. */
export class RecordingRepository implements RecordingStore {
  readonly #db: Knex;

  constructor(db: Knex) {
    this.#db = db;
  }

  async insert(recording: Omit<RecordingRecord, 'bytes' | 'isRemoved'>): Promise<RecordingRecord> {
    const { id, meetingId, hostId, title, state, composite, tracks, startedAt } = recording;
    // The one that is in the way may have ended by the time it is looked for.
    for (;;) {
      const inserted = await this.#db('recordings')
        .insert({
          ...{ id, meeting_id: meetingId, host_id: hostId, title, state, composite, tracks },
          started_at: new Date(startedAt),
        })
        .onConflict(this.#db.raw(`(meeting_id) WHERE state IN ('starting', 'recording')`))
        .ignore()
        .returning('id');
      if (inserted.length > 0) return { ...recording, bytes: 0, isRemoved: false };
      const active = await this.active(meetingId);
      if (active) return active;
    }
  }

  async find(id: string): Promise<RecordingRecord | null> {
    const row = await this.#select().where({ id }).whereNull('removed_at').first();
    return row ? mapRecording(row) : null;
  }

  async active(meetingId: string): Promise<RecordingRecord | null> {
    const row = await this.#select()
      .where({ meeting_id: meetingId })
      .whereIn('state', ACTIVE)
      .first();
    return row ? mapRecording(row) : null;
  }

  async list(
    hostId: string,
    { before, limit, meetingId }: { before?: string; limit: number; meetingId?: string },
  ): Promise<{ recordings: RecordingRecord[]; next: string | null }> {
    const query = this.#select()
      .where({ host_id: hostId, ...(meetingId !== undefined && { meeting_id: meetingId }) })
      .whereNull('removed_at')
      .orderBy([
        { column: 'started_at', order: 'desc' },
        { column: 'id', order: 'desc' },
      ])
      .limit(limit + 1);
    if (before !== undefined) {
      const cursor = decodeCursor(before);
      query.whereRaw('(started_at, id) < (?, ?)', [new Date(cursor.createdAt), cursor.id]);
    }
    const rows = (await query).map(mapRecording);
    const recordings = rows.slice(0, limit);
    const last = recordings.at(-1);
    const isLast = rows.length <= limit || !last;
    return {
      recordings,
      next: isLast ? null : encodeCursor({ createdAt: last.startedAt, id: last.id }),
    };
  }

  async rename(id: string, title: string): Promise<void> {
    await this.#db('recordings').where({ id }).update({ title });
  }

  async begin(id: string): Promise<boolean> {
    const changed = await this.#db('recordings')
      .where({ id })
      .whereIn('state', ACTIVE)
      .update({ state: 'recording' });
    return changed > 0;
  }

  async stop(id: string, now: number): Promise<void> {
    await this.#byHand(id, now, (transaction) =>
      transaction('recordings')
        .where({ id })
        .whereIn('state', ACTIVE)
        .update({ state: 'processing', ended_at: new Date(now) }),
    );
  }

  async forget(id: string): Promise<void> {
    await this.#db('recordings').where({ id, state: 'starting' }).delete();
  }

  async finish(id: string, done: FinishedRecording, error: string | null): Promise<boolean> {
    return this.#db.transaction(async (transaction) => {
      const changed = await transaction('recordings')
        .where({ id, state: 'processing' })
        .whereNull('removed_at')
        .update({
          ...{ state: 'ready', duration_ms: done.durationMs, error },
          expires_at: dateOf(done.expiresAt),
          ...(done.timeline && { timeline: JSON.stringify(done.timeline) }),
        });
      if (changed === 0) return false;
      await transaction('recording_files').where({ recording_id: id }).delete();
      if (done.files.length > 0) {
        await transaction('recording_files').insert(done.files.map(toFileRow));
      }
      return true;
    });
  }

  async fail(id: string, error: string, expiresAt: number | null): Promise<void> {
    await this.#db('recordings')
      .where({ id, state: 'processing' })
      .update({ state: 'failed', error, expires_at: dateOf(expiresAt) });
  }

  async claimPart(recordingId: string, part: number, node: string): Promise<void> {
    await this.#db('recording_parts')
      .insert({ recording_id: recordingId, part, node, state: 'writing' })
      .onConflict(['recording_id', 'part'])
      .merge({ node });
  }

  async setPart(
    recordingId: string,
    part: number,
    state: RecordingPart['state'],
    from: readonly RecordingPart['state'][] = ['writing', 'written', 'stored', 'lost'],
  ): Promise<void> {
    await this.#db('recording_parts')
      .where({ recording_id: recordingId, part })
      .whereIn('state', from)
      .update({ state });
  }

  async parts(recordingId: string): Promise<RecordingPart[]> {
    const rows = await this.#db<PartRow>('recording_parts')
      .where({ recording_id: recordingId })
      .orderBy('part');
    return rows.map(({ recording_id, part, node, state }) => ({
      ...{ recordingId: recording_id, part: Number(part), node, state },
    }));
  }

  async files(recordingId: string): Promise<RecordingFile[]> {
    const rows = await this.#db<FileRow>('recording_files')
      .where({ recording_id: recordingId })
      .orderBy(['kind', 'offset_ms', 'name']);
    return rows.map(mapFile);
  }

  async findFile(recordingId: string, fileId: string): Promise<RecordingFile | null> {
    const row = await this.#db<FileRow>('recording_files')
      .join('recordings', 'recordings.id', 'recording_files.recording_id')
      .where('recording_files.id', fileId)
      .where('recordings.id', recordingId)
      .whereNull('recordings.removed_at')
      .first<FileRow | undefined>('recording_files.*');
    return row ? mapFile(row) : null;
  }

  async replaceTranscript(
    recordingId: string,
    file: RecordingFile | null,
  ): Promise<string[] | null> {
    return this.#db.transaction(async (transaction) => {
      // Of two at once, the second replaces the first.
      const ready = await transaction('recordings')
        .where({ id: recordingId, state: 'ready' })
        .whereNull('removed_at')
        .forUpdate()
        .first<{ id: string } | undefined>('id');
      if (ready === undefined) return null;
      const before = await transaction('recording_files')
        .where({ recording_id: recordingId, kind: 'transcript' })
        .delete()
        .returning<{ key: string }[]>('key');
      if (file) await transaction('recording_files').insert(toFileRow(file));
      return before.map(({ key }) => key);
    });
  }

  async addShare(share: RecordingShare, most: number): Promise<boolean> {
    const { id, recordingId, tokenHash, createdAt, expiresAt, withChat } = share;
    return this.#db.transaction(async (transaction) => {
      // Two who share at once count each other.
      await transaction('recordings').where({ id: recordingId }).forUpdate().select('id');
      const [counted] = await transaction('recording_shares')
        .where({ recording_id: recordingId })
        .where('expires_at', '>', new Date(createdAt))
        .count<{ count: string | number }[]>();
      if (Number(counted?.count ?? 0) >= most) return false;
      await transaction('recording_shares').insert({
        ...{ id, recording_id: recordingId, token_hash: tokenHash },
        ...{ created_at: new Date(createdAt), expires_at: new Date(expiresAt) },
        with_chat: withChat,
      });
      return true;
    });
  }

  async shares(recordingId: string, now: number): Promise<RecordingShare[]> {
    const rows = await this.#db<ShareRow>('recording_shares')
      .where({ recording_id: recordingId })
      .where('expires_at', '>', new Date(now))
      .orderBy([{ column: 'created_at', order: 'desc' }, { column: 'id' }]);
    return rows.map(mapShare);
  }

  async removeShare(recordingId: string, shareId: string): Promise<void> {
    await this.#db('recording_shares').where({ recording_id: recordingId, id: shareId }).delete();
  }

  async findShare(
    by: { tokenHash: string } | { id: string },
    now: number,
  ): Promise<RecordingShare | null> {
    const row = await this.#db<ShareRow>('recording_shares')
      .where('id' in by ? { id: by.id } : { token_hash: by.tokenHash })
      .where('expires_at', '>', new Date(now))
      .first();
    return row ? mapShare(row) : null;
  }

  async remove(id: string, now: number): Promise<void> {
    await this.#byHand(id, now, (transaction) =>
      this.#remove((query) => query.where({ id }), now, transaction),
    );
  }

  async sweep(now: number, emptySince: number | null): Promise<string[]> {
    const { rows: stopped } = await this.#db.raw<{ rows: { meeting_id: string }[] }>(
      `UPDATE recordings SET state = 'processing', ended_at = :now
         WHERE state IN ('starting', 'recording') AND (
           EXISTS (SELECT 1 FROM meetings WHERE id = meeting_id AND meetings.ended_at IS NOT NULL)
           OR (started_at <= CAST(:emptySince AS timestamptz) AND NOT EXISTS (
             SELECT 1 FROM participants WHERE participants.meeting_id = recordings.meeting_id
               AND (left_at IS NULL OR left_at > :emptySince))))
         RETURNING meeting_id`,
      { now: new Date(now), emptySince: dateOf(emptySince) },
    );
    await this.#remove((query) => query.where('expires_at', '<=', new Date(now)), now);
    await this.#db('recording_shares').where('expires_at', '<=', new Date(now)).delete();
    return stopped.map((row) => row.meeting_id);
  }

  async processing(): Promise<RecordingRecord[]> {
    const rows = await this.#select().where({ state: 'processing' }).whereNull('removed_at');
    return rows.map(mapRecording);
  }

  async removed(): Promise<RecordingRecord[]> {
    return (await this.#select().whereNotNull('removed_at')).map(mapRecording);
  }

  async erase(id: string): Promise<void> {
    await this.#db('recordings').where({ id }).whereNotNull('removed_at').delete();
  }

  /** Ends one that may go on: it does not begin again by itself. */
  async #byHand(
    id: string,
    now: number,
    end: (transaction: Knex.Transaction) => Promise<unknown>,
  ): Promise<void> {
    await this.#db.transaction(async (transaction) => {
      const goesOn = () =>
        transaction('recordings')
          .where({ id })
          .whereIn('state', ACTIVE)
          .first<{ meeting_id: string } | undefined>('meeting_id');
      const found = await goesOn();
      if (found) await lockAutomatic(transaction, found.meeting_id);
      // It may have ended by itself meanwhile.
      if (found && (await goesOn())) {
        await transaction('automatic_recordings')
          .where({ meeting_id: found.meeting_id })
          .update({ stopped_at: new Date(now) });
      }
      await end(transaction);
    });
  }

  async #remove(
    which: (query: Knex.QueryBuilder) => Knex.QueryBuilder,
    now: number,
    db: Knex = this.#db,
  ): Promise<void> {
    await which(db('recordings').whereNull('removed_at')).update({
      removed_at: new Date(now),
      // Whatever writes it stops.
      state: this.#db.raw(`CASE WHEN state IN ('ready', 'failed') THEN state ELSE 'failed' END`),
      ended_at: this.#db.raw('coalesce(ended_at, ?)', [new Date(now)]),
    });
  }

  #select() {
    return this.#db('recordings').select<RecordingRow[]>(this.#db.raw(WITH_BYTES));
  }
}

/** Has the recordings of an account removed, as part of deleting it. */
export async function eraseRecordings(
  transaction: Knex.Transaction,
  userId: string,
  title: string,
): Promise<void> {
  const own = transaction('recordings').where({ host_id: userId });
  await transaction('recording_shares').whereIn('recording_id', own.clone().select('id')).delete();
  await own.update({
    title,
    removed_at: transaction.raw('coalesce(removed_at, now())'),
    state: transaction.raw(`CASE WHEN state IN ('ready', 'failed') THEN state ELSE 'failed' END`),
    ended_at: transaction.raw('coalesce(ended_at, now())'),
  });
}
