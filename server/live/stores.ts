import type { LiveState } from '../../protocol/live.ts';
import type { ListenerChat } from '../../protocol/liveChat.ts';

/** What is wanted of a live room. Times are milliseconds since the Unix epoch. */
export interface LiveRoomRecord {
  roomId: string;
  meetingId: string;
  meetingCode: string;
  hostId: string;
  title: string;
  pinHash: string;
  /** Counts the PINs that it has had: what was given out for one before opens nothing. */
  pinVersion: number;
  desired: 'off' | 'on-air' | 'removed';
  /** What its host lets listeners do with the meeting's chat. */
  listenerChat: ListenerChat;
  /** Whether listeners may watch afterwards what is recorded. */
  offersReplay: boolean;
  /** Whether participants of the meeting may write there. */
  mayChat: boolean;
  /** Of the last start; null before the first. Names the keys of it. */
  nonce: string | null;
  /** 32 bytes in base64, of which the keys of that start are derived. */
  keySecret: string | null;
  startedAt: number | null;
  stoppedAt: number | null;
  createdAt: number;
}

/** Which node mixes a meeting. There is one as long as anything of it runs, or is to. */
export interface MixRecord {
  meetingId: string;
  /** Counts the nodes that have had it since it began: what an earlier one tells does not count. */
  generation: number;
  /** Instance of the node; null while there is none with room. */
  mixer: string | null;
  /** Whether it has published anything, on this node. */
  publishing: boolean;
  assignedAt: number;
}

export interface LiveRoom {
  room: LiveRoomRecord;
  /** Of its meeting. */
  mix: MixRecord | null;
  /** What listeners may watch, or will; null: nothing. */
  replay: { recordingId: string; isReady: boolean } | null;
}

/** Somewhere else where a room is sent. */
export interface LivePush {
  id: string;
  /** A secret. */
  url: string;
}

/** What of a recording a mixer has to know. */
export interface WantedRecording {
  id: string;
  composite: boolean;
  tracks: boolean;
}

/** What somebody wants mixed, and what is. */
export interface Wanted {
  meetingId: string;
  /** Of the room, else of the meeting. */
  title: string;
  /** Whether the meeting is over for good. */
  hasEnded: boolean;
  room: LiveRoomRecord | null;
  /** Where the room is sent as well. */
  pushes: readonly LivePush[];
  /** That goes on. */
  recording: WantedRecording | null;
  mix: MixRecord | null;
}

/** What may change of a room. */
export type LiveRoomPatch = Partial<
  Pick<
    LiveRoomRecord,
    | 'title'
    | 'pinHash'
    | 'pinVersion'
    | 'desired'
    | 'listenerChat'
    | 'offersReplay'
    | 'nonce'
    | 'keySecret'
    | 'startedAt'
    | 'stoppedAt'
  >
>;

/** Decides on a mixer, or on none. @param taken how many meetings each has, by instance */
export type ChooseMixer = (taken: ReadonlyMap<string, number>) => string | null;

/** `refused`: it is not to go on air, being removed or on air already. */
export type Started = { outcome: 'started'; mix: MixRecord } | { outcome: 'full' | 'refused' };

/** Durable live rooms and the mixes of meetings. */
export interface LiveStore {
  /** @throws AppError CONFLICT when there is a room of that name, or of that meeting */
  insert(room: Omit<LiveRoomRecord, 'meetingCode' | 'mayChat'>): Promise<void>;
  find(roomId: string): Promise<LiveRoom | null>;
  ofMeeting(meetingId: string): Promise<LiveRoom | null>;
  /** Newest first. */
  list(
    hostId: string,
    page: { before?: string; limit: number },
  ): Promise<{ rooms: LiveRoom[]; next: string | null }>;
  /**
   * Changes a room if this is wanted of it.
   * @returns whether it has been changed
   */
  update(
    roomId: string,
    patch: LiveRoomPatch,
    from: readonly LiveRoomRecord['desired'][],
  ): Promise<boolean>;
  /** In the order in which they were added. */
  pushesOf(roomId: string): Promise<LivePush[]>;
  /** @returns false where there are as many as there may be, or the room is not there any more */
  addPush(roomId: string, push: LivePush, most: number, now: number): Promise<boolean>;
  removePush(roomId: string, pushId: string): Promise<void>;
  /** Forgets a room that is to be removed and of which nothing is published. */
  remove(roomId: string): Promise<void>;
  /**
   * Takes a room on air and gives its meeting's mix to a mixer, or does neither. A mixer that the meeting has
   * already keeps it.
   * @param patch of a room that is to go on air
   */
  start(roomId: string, patch: LiveRoomPatch, choose: ChooseMixer, now: number): Promise<Started>;
  /**
   * Gives a meeting's mix to a mixer, counting what all of them have at this moment; nobody else decides meanwhile.
   * @param replaces generation whose mixer has failed; null: there should be none
   * @returns the mix as it is then: somebody may have decided before. Without a mixer where none has room; null
   *   where there was none to be replaced either
   */
  assign(
    meetingId: string,
    replaces: number | null,
    choose: ChooseMixer,
    now: number,
  ): Promise<MixRecord | null>;
  /** What a mixer has, with what is wanted of it. */
  assignedTo(instanceId: string): Promise<Wanted[]>;
  /** Everything that is wanted or exists, without pushes: those are for mixers. */
  all(): Promise<Omit<Wanted, 'pushes'>[]>;
  /** A mixer tells of its mix; an earlier one changes nothing. @returns whether it is still its own */
  setPublishing(meetingId: string, generation: number, publishing: boolean): Promise<boolean>;
  /** Nothing of the mix runs any more. */
  endMix(meetingId: string, generation: number): Promise<void>;
}

/** What listeners may do with the chat: never more than participants of the meeting. */
export function listenerChatOf({
  listenerChat,
  mayChat,
}: Pick<LiveRoomRecord, 'listenerChat' | 'mayChat'>): ListenerChat {
  return listenerChat === 'write' && !mayChat ? 'read' : listenerChat;
}

/** What a room is doing: a function of what is wanted and what is. */
export function stateOf({ room, mix }: Pick<LiveRoom, 'room' | 'mix'>): {
  state: LiveState;
  interrupted: boolean;
} {
  switch (room.desired) {
    case 'removed':
      return { state: 'removing', interrupted: false };
    case 'off': {
      if (mix?.publishing) return { state: 'stopping', interrupted: false };
      return { state: room.startedAt === null ? 'created' : 'stopped', interrupted: false };
    }
    case 'on-air': {
      if (mix?.publishing) return { state: 'on-air', interrupted: false };
      // Another mixer had it before.
      if (mix && mix.generation > 1) return { state: 'on-air', interrupted: true };
      return { state: 'starting', interrupted: false };
    }
  }
}
