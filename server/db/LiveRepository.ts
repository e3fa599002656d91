import type { Knex } from 'knex';
import { AppError } from '../core/AppError.ts';
import { decodeCursor, encodeCursor } from '../core/cursor.ts';
import type {
  ChooseMixer,
  LivePush,
  LiveRoom,
  LiveRoomPatch,
  LiveRoomRecord,
  LiveStore,
  MixRecord,
  Started,
  Wanted,
  WantedRecording,
} from '../live/stores.ts';
import { assignLocked, assignNow, lockMixers, mapMix, type MixColumns } from './assignMix.ts';
import { isUniqueViolation } from './errors.ts';

interface RoomRow {
  room_id: string;
  meeting_id: string;
  meeting_code: string;
  host_id: string;
  title: string;
  pin_hash: string;
  pin_version: number;
  desired: LiveRoomRecord['desired'];
  nonce: string | null;
  key_secret: string | null;
  started_at: Date | null;
  stopped_at: Date | null;
  created_at: Date;
}

type Nullable<T> = { [K in keyof T]: T[K] | null };

interface WantedRow extends Nullable<RoomRow>, MixColumns {
  of_meeting: string;
  meeting_title: string;
  ended_at: Date | null;
  recording_id: string | null;
  composite: boolean | null;
  tracks: boolean | null;
}

const OF_MEETING = [
  'meetings.id AS of_meeting',
  'meetings.title AS meeting_title',
  'meetings.ended_at',
];
/** States in which a mixer has to do with a recording. */
const RECORDED = ['starting', 'recording'];
const RECORDING = ['recordings.id AS recording_id', 'recordings.composite', 'recordings.tracks'];
const ROOM = ['live_rooms.*', 'meetings.code AS meeting_code'];
const MIX = [
  'mixes.meeting_id AS mix_meeting_id',
  ...['mixes.generation', 'mixes.mixer', 'mixes.publishing', 'mixes.assigned_at'],
];

/** Keeps live rooms and mixes in PostgreSQL or PGlite. */
export class LiveRepository implements LiveStore {
  readonly #db: Knex;

  constructor(db: Knex) {
    this.#db = db;
  }

  async insert(room: Omit<LiveRoomRecord, 'meetingCode'>): Promise<void> {
    const { roomId, meetingId, hostId, createdAt } = room;
    try {
      await this.#db('live_rooms').insert({
        ...{ room_id: roomId, meeting_id: meetingId, host_id: hostId },
        created_at: new Date(createdAt),
        ...patchRow(room),
      });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      const message = 'There is a live room of this name, or of this meeting.';
      throw new AppError('CONFLICT', { message, cause: error });
    }
  }

  async find(roomId: string): Promise<LiveRoom | null> {
    const row = await this.#rooms().where('live_rooms.room_id', roomId).first();
    return row ? mapLiveRoom(row) : null;
  }

  async ofMeeting(meetingId: string): Promise<LiveRoom | null> {
    const row = await this.#rooms().where('live_rooms.meeting_id', meetingId).first();
    return row ? mapLiveRoom(row) : null;
  }

  async list(
    hostId: string,
    { before, limit }: { before?: string; limit: number },
  ): Promise<{ rooms: LiveRoom[]; next: string | null }> {
    const query = this.#rooms()
      .where('live_rooms.host_id', hostId)
      .orderBy([
        { column: 'live_rooms.created_at', order: 'desc' },
        { column: 'live_rooms.room_id', order: 'desc' },
      ])
      .limit(limit + 1);
    if (before !== undefined) {
      const cursor = decodeCursor(before);
      query.whereRaw('(live_rooms.created_at, live_rooms.room_id) < (?, ?)', [
        new Date(cursor.createdAt),
        cursor.id,
      ]);
    }
    const rooms = (await query).map(mapLiveRoom);
    const page = rooms.slice(0, limit);
    const last = page.at(-1)?.room;
    const isLast = rooms.length <= limit || !last;
    return {
      rooms: page,
      next: isLast ? null : encodeCursor({ createdAt: last.createdAt, id: last.roomId }),
    };
  }

  async update(
    roomId: string,
    patch: LiveRoomPatch,
    from: readonly LiveRoomRecord['desired'][],
  ): Promise<boolean> {
    const changed = await this.#db('live_rooms')
      .where({ room_id: roomId })
      .whereIn('desired', from)
      .update(patchRow(patch));
    return changed > 0;
  }

  async pushesOf(roomId: string): Promise<LivePush[]> {
    return this.#db('live_pushes')
      .where({ room_id: roomId })
      .orderBy(['created_at', 'id'])
      .select<LivePush[]>('id', 'url');
  }

  async addPush(roomId: string, push: LivePush, most: number, now: number): Promise<boolean> {
    return this.#db.transaction(async (transaction) => {
      // Of two at once, the second counts the first.
      const room = await transaction('live_rooms')
        .where({ room_id: roomId })
        .whereNot({ desired: 'removed' })
        .forUpdate()
        .first<{ room_id: string } | undefined>('room_id');
      const [row] = await transaction('live_pushes')
        .where({ room_id: roomId })
        .count<{ count: string }[]>('id AS count');
      if (!room || Number(row?.count ?? 0) >= most) return false;
      const { id, url } = push;
      await transaction('live_pushes').insert({
        ...{ id, url, room_id: roomId, created_at: new Date(now) },
      });
      return true;
    });
  }

  async removePush(roomId: string, pushId: string): Promise<void> {
    await this.#db('live_pushes').where({ id: pushId, room_id: roomId }).delete();
  }

  async remove(roomId: string): Promise<void> {
    await this.#db('live_rooms')
      .where({ room_id: roomId, desired: 'removed' })
      .whereNotIn('meeting_id', this.#db('mixes').where({ publishing: true }).select('meeting_id'))
      .delete();
  }

  async start(
    roomId: string,
    patch: LiveRoomPatch,
    choose: ChooseMixer,
    now: number,
  ): Promise<Started> {
    try {
      return await this.#db.transaction(async (transaction) => {
        await lockMixers(transaction);
        const [row] = await transaction('live_rooms')
          .where({ room_id: roomId, desired: 'off' })
          .update({ ...patchRow(patch), desired: 'on-air' })
          .returning<{ meeting_id: string }[]>('meeting_id');
        if (!row) return { outcome: 'refused' };
        const mix = await assignNow(transaction, row.meeting_id, { replaces: null, choose, now });
        if (!mix) throw new NoCapacity();
        // What it published until now was of the start before.
        await transaction('mixes')
          .where({ meeting_id: row.meeting_id })
          .update({ publishing: false });
        return { outcome: 'started', mix: { ...mix, publishing: false } };
      });
    } catch (error) {
      if (error instanceof NoCapacity) return { outcome: 'full' };
      throw error;
    }
  }

  assign(
    meetingId: string,
    replaces: number | null,
    choose: ChooseMixer,
    now: number,
  ): Promise<MixRecord | null> {
    return this.#db.transaction((transaction) =>
      assignLocked(transaction, meetingId, { replaces, choose, now }),
    );
  }

  async assignedTo(instanceId: string): Promise<Wanted[]> {
    const rows = await this.#wanted().where('mixes.mixer', instanceId);
    const roomIds = rows.flatMap(({ room_id }) => room_id ?? []);
    const pushes = await this.#db('live_pushes')
      .whereIn('room_id', roomIds)
      .orderBy(['created_at', 'id'])
      .select<(LivePush & { room_id: string })[]>('id', 'url', 'room_id');
    return rows.map((row) => ({
      ...mapWanted(row),
      pushes: pushes
        .filter(({ room_id }) => room_id === row.room_id)
        .map(({ id, url }) => ({ id, url })),
    }));
  }

  async all(): Promise<Wanted[]> {
    const concerned = this.#db('mixes')
      .select('meeting_id')
      .union([
        this.#db('live_rooms').whereNot({ desired: 'off' }).select('meeting_id'),
        this.#db('recordings').whereIn('state', RECORDED).select('meeting_id'),
      ]);
    const rows = await this.#wanted().whereIn('meetings.id', concerned);
    return rows.map((row) => ({ ...mapWanted(row), pushes: [] }));
  }

  async setPublishing(
    meetingId: string,
    generation: number,
    publishing: boolean,
  ): Promise<boolean> {
    const changed = await this.#db('mixes')
      .where({ meeting_id: meetingId, generation })
      .update({ publishing });
    return changed > 0;
  }

  async endMix(meetingId: string, generation: number): Promise<void> {
    await this.#db('mixes').where({ meeting_id: meetingId, generation }).delete();
  }

  #rooms() {
    return this.#db('live_rooms')
      .join('meetings', 'meetings.id', 'live_rooms.meeting_id')
      .leftJoin('mixes', 'mixes.meeting_id', 'live_rooms.meeting_id')
      .select<(RoomRow & MixColumns)[]>(...ROOM, ...MIX);
  }

  /** Of every meeting; what is not there is null. */
  #wanted() {
    return this.#db('meetings')
      .leftJoin('live_rooms', 'live_rooms.meeting_id', 'meetings.id')
      .leftJoin('mixes', 'mixes.meeting_id', 'meetings.id')
      .leftJoin('recordings', (on) =>
        on.on('recordings.meeting_id', 'meetings.id').onIn('recordings.state', RECORDED),
      )
      .select<WantedRow[]>(...ROOM, ...MIX, ...OF_MEETING, ...RECORDING);
  }
}

/** Ends a transaction that could not be carried out. */
class NoCapacity extends Error {}

function isRoom(row: Nullable<RoomRow>): row is RoomRow {
  return row.room_id !== null;
}

function mapWanted(row: WantedRow): Omit<Wanted, 'pushes'> {
  return {
    meetingId: row.of_meeting,
    title: row.title ?? row.meeting_title,
    hasEnded: row.ended_at !== null,
    room: isRoom(row) ? mapRoom(row) : null,
    recording: recordingOf(row),
    mix: mixOf(row),
  };
}

function recordingOf({ recording_id: id, composite, tracks }: WantedRow): WantedRecording | null {
  return id === null ? null : { id, composite: composite === true, tracks: tracks === true };
}

function mapLiveRoom(row: RoomRow & MixColumns): LiveRoom {
  return { room: mapRoom(row), mix: mixOf(row) };
}

function mapRoom(row: RoomRow): LiveRoomRecord {
  return {
    roomId: row.room_id,
    meetingId: row.meeting_id,
    meetingCode: row.meeting_code,
    hostId: row.host_id,
    title: row.title,
    pinHash: row.pin_hash,
    pinVersion: row.pin_version,
    desired: row.desired,
    nonce: row.nonce,
    keySecret: row.key_secret,
    startedAt: row.started_at?.getTime() ?? null,
    stoppedAt: row.stopped_at?.getTime() ?? null,
    createdAt: row.created_at.getTime(),
  };
}

function mixOf({ mix_meeting_id: meetingId, ...columns }: MixColumns): MixRecord | null {
  return meetingId === null ? null : mapMix({ ...columns, meeting_id: meetingId });
}

/** Only what is given. */
function patchRow(patch: LiveRoomPatch): Partial<RoomRow> {
  const { title, pinHash, pinVersion, desired, nonce, keySecret, startedAt, stoppedAt } = patch;
  return {
    ...(title !== undefined && { title }),
    ...(pinHash !== undefined && { pin_hash: pinHash }),
    ...(pinVersion !== undefined && { pin_version: pinVersion }),
    ...(desired !== undefined && { desired }),
    ...(nonce !== undefined && { nonce }),
    ...(keySecret !== undefined && { key_secret: keySecret }),
    ...(startedAt !== undefined && { started_at: dateOf(startedAt) }),
    ...(stoppedAt !== undefined && { stopped_at: dateOf(stoppedAt) }),
  };
}

function dateOf(time: number | null): Date | null {
  return time === null ? null : new Date(time);
}
