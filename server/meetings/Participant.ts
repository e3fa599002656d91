import type {
  ConnectionState,
  MediaStatus,
  ParticipantView,
  ProducerView,
  Role,
  Stoppable,
} from '../../protocol/meetings.ts';
import type { ParticipantRecord } from './stores.ts';

/** Where a participant's notifications go, or since when they have been out of reach. */
export type Connection =
  | { state: 'connected'; connectionId: string }
  | { state: 'reconnecting'; graceTimer: NodeJS.Timeout };

/** Somebody who is in a meeting. Changed only by its meeting. */
export class Participant {
  readonly id: string;
  readonly userId: string;
  readonly joinedAt: number;
  /** A second screen: without sound and without a host's rights. */
  readonly companion: boolean;
  readonly producers = new Map<string, ProducerView>();
  /** Answers of `produce` by the client's request id, so that a repeated request finds its producer. */
  readonly produced = new Map<string, Promise<{ producerId: string }>>();
  /** What a host muted or stopped and they have not turned on again. */
  readonly stopped = new Set<Stoppable>();
  /** What was on when the media layer lost it: their client is about to send it again. */
  readonly interrupted = new Set<Stoppable>();
  /** What a host asked them to turn on: they may, whatever the settings say. */
  readonly granted = new Set<'microphone' | 'camera'>();
  name: string;
  /** Address of their picture, for those in a meeting with them. */
  avatarUrl: string | null = null;
  role: Role;
  deviceId: string | null;
  connection: Connection;
  handRaisedAt: number | null = null;
  /** Grows whenever all of their media objects are gone: what was begun before does not count. */
  mediaGeneration = 0;

  constructor(record: Omit<ParticipantRecord, 'meetingId'>, connection: Connection) {
    this.id = record.id;
    this.userId = record.userId;
    this.name = record.name;
    this.role = record.role;
    this.deviceId = record.deviceId;
    this.joinedAt = record.joinedAt;
    this.companion = record.companion;
    this.connection = connection;
  }

  get connectionId(): string | null {
    return this.connection.state === 'connected' ? this.connection.connectionId : null;
  }

  /** What others see of their media, derived from the producers. */
  get media(): MediaStatus {
    const live = [...this.producers.values()].filter(({ paused }) => !paused);
    return {
      audio: live.some(({ source }) => source === 'microphone'),
      video: live.some(({ source }) => source === 'camera'),
      screenSharing: live.some(({ source }) => source === 'screen'),
    };
  }

  /** Forgets all producers: their transports are gone, or will be at once. */
  dropMedia(): void {
    this.mediaGeneration += 1;
    this.producers.clear();
    this.produced.clear();
  }

  toView(): ParticipantView {
    const connection: ConnectionState = this.connection.state;
    return {
      id: this.id,
      userId: this.userId,
      name: this.name,
      avatarUrl: this.avatarUrl,
      role: this.role,
      joinedAt: new Date(this.joinedAt).toISOString(),
      connection,
      companion: this.companion,
      handRaised: this.handRaisedAt !== null,
      handRaisedAt: this.handRaisedAt === null ? null : new Date(this.handRaisedAt).toISOString(),
      media: this.media,
      stopped: [...this.stopped],
      producers: [...this.producers.values()],
    };
  }
}
