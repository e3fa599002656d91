import type { ReadonlySignal } from '@preact/signals';
import type {
  AuditEntry,
  AutoAdmit,
  BanView,
  MeetingSettings,
  Stoppable,
  WaitingDevices,
} from '../../protocol/meetings.ts';

/** Somebody in the waiting room, as hosts see them. */
export interface WaitingPerson {
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  /** As of a `Person`. */
  readonly avatarUrl: string | null;
  /** Known by a name only. */
  readonly guest: boolean;
  /** When they asked to come in, in milliseconds of this browser's clock. */
  readonly since: number;
  readonly reconnecting: boolean;
  /** What they would come in with; null until they have told. */
  readonly devices: WaitingDevices | null;
}

/** A host asks for one's microphone or camera. */
export interface UnmuteRequest {
  readonly by: string;
  readonly source: 'microphone' | 'camera';
}

/** What hosts change of a running meeting. */
export interface HostChange {
  locked?: boolean;
  waitingRoom?: boolean;
  autoAdmit?: AutoAdmit;
  settings?: Partial<MeetingSettings>;
}

/**
 * What hosts can do; ask `MeetingModel.may` first. What fails is told as a notice, but for the two
 * lists, which reject with a Failure.
 */
export interface HostModel {
  /** Everybody who waits, first come first; empty for those who are not hosts. */
  readonly queue: ReadonlySignal<readonly WaitingPerson[]>;
  /** What everybody who waits reads. */
  readonly waitingMessage: ReadonlySignal<string | null>;
  /** @param always they never wait for this meeting again */
  admit(who: readonly string[] | 'all', options?: { always?: boolean }): Promise<void>;
  deny(
    who: readonly string[] | 'all',
    options?: { message?: string | undefined; ban?: boolean },
  ): Promise<void>;
  messageWaitingRoom(message: string | null): Promise<void>;
  update(change: HostChange): Promise<void>;
  mute(participantId: string): Promise<void>;
  /** Everybody but hosts. @param mayUnmute whether they may unmute themselves from now on */
  muteAll(mayUnmute: boolean): Promise<void>;
  askToUnmute(participantId: string, source: 'microphone' | 'camera'): Promise<void>;
  stop(participantId: string, source: Stoppable): Promise<void>;
  lowerHand(participantId: string): Promise<void>;
  lowerAllHands(): Promise<void>;
  assignRole(participantId: string, role: 'host' | 'cohost' | 'participant'): Promise<void>;
  remove(participantId: string, options?: { ban?: boolean }): Promise<void>;
  /** Who is kept out. */
  bans(): Promise<BanView[]>;
  liftBan(banId: string): Promise<void>;
  /** What hosts did, newest first. @param before `next` of the page before */
  audit(before?: number): Promise<{ entries: AuditEntry[]; next: number | null }>;
}
