import type { EventEmitter } from 'node:events';
import type { RenditionName } from '../../protocol/live.ts';
import type { FeedInput, FeedStage } from '../meetings/feed.ts';
import type { PartTarget } from './recordings/PartFolders.ts';

/** What one meeting's mixer is to make. */
export interface MixSpec {
  roomId: string;
  /** On the card while nobody is on the stage. */
  title: string;
  /** The largest first. */
  renditions: readonly RenditionName[];
  framesPerSecond: number;
  segmentSec: number;
  /** Segments in a playlist. */
  keptSegments: number;
  segmentsPerKey: number;
  /** 32 bytes in base64: keys are derived of it (segmentKeys.ts). */
  keySecret: string;
  /** Key n is at `${keyPath}/${n}`. */
  keyPath: string;
  /** Playlists and segments go here. */
  folder: string;
  /** Counts the mixers that the meeting had since it began. */
  generation: number;
  /** Whether listeners are to hear it. */
  publish: boolean;
  /** Where it is recorded as well; null: it is not. */
  record: PartTarget | null;
}

export interface MixHealth {
  state: 'starting' | 'running' | 'interrupted';
  /** 1: as fast as time passes. */
  speed: number;
  droppedFrames: number;
  /** From the stage to a published segment, milliseconds; null before the first. */
  delayMs: number | null;
  /** Of its process. */
  restarts: number;
  lastError: string | null;
}

export interface MixFeed {
  inputs: readonly FeedInput[];
  stage: FeedStage;
}

export interface MixEngineEvents {
  /** Where RTP is to be sent from now on, with RTCP to the same port. */
  rtp: [{ ip: string; port: number }];
  segment: [{ sequence: number; startsAt: number }];
  /** Pictures of these inputs are needed, so large, and of no other. */
  shown: [{ input: string; width: number; height: number }[]];
  'key-frame-needed': [string];
}

/** Mixes one meeting in a process of its own, which it replaces when that is lost. */
export interface MixEngine extends Pick<EventEmitter<MixEngineEvents>, 'on' | 'off'> {
  readonly health: MixHealth;
  setFeed(feed: MixFeed): void;
  /** @param hasEnded false: another goes on */
  close(hasEnded: boolean): Promise<void>;
}
