import type { DeviceTrouble, Failure } from './models.ts';

/** A passing message; the words are in `client/i18n`, by kind. */
export interface Notice {
  readonly key: number;
  readonly kind:
    | 'joined'
    | 'left'
    | 'hand-raised'
    | 'share-started'
    | 'device-lost'
    | 'device-changed'
    | `${'microphone' | 'camera'}-${DeviceTrouble | 'back'}`
    | 'action-failed'
    | 'locked'
    | 'unlocked'
    | 'on-air'
    | 'off-air'
    | 'recording-began'
    | 'recording-ended'
    /** It is to be, by itself, and there is no mixer for it. */
    | 'recording-waiting'
    /** By a host; `names` has theirs, if it is known. */
    | 'microphone-stopped'
    | 'camera-stopped'
    | 'screen-stopped'
    /** One has another role now. */
    | 'made-host'
    | 'made-cohost'
    | 'made-participant'
    /** Somebody else is the host now. */
    | 'new-host';
  /** Of the people it is about, at most three; `count` has all. */
  readonly names: readonly string[];
  readonly count: number;
  readonly failure: Failure | null;
}
