import { Emitter } from '../../api/Emitter.ts';
import { HlsStream } from './HlsStream.ts';
import type { LivePosition, LiveSource, LiveStream, Rendition } from './LiveStream.ts';
import { NativeStream } from './NativeStream.ts';

const LOOK_EVERY_MS = 1_000;
/** Wanted to play, and not a step farther for so long: begun anew, whatever the reason. */
const STUCK_AFTER_LOOKS = 10;

/**
 * What the element does. `blocked`: the browser plays nothing before the user has clicked; `waiting`: it would,
 * and has nothing to play; `ended`: nothing will come any more.
 */
export type PlaybackState =
  | 'idle'
  | 'connecting'
  | 'playing'
  | 'waiting'
  | 'paused'
  | 'blocked'
  | 'ended'
  | 'unsupported';

export interface Sound {
  /** 0 to 1. */
  volume: number;
  muted: boolean;
  /** Muted by the browser's rule, not by the user: offer the sound. */
  offered: boolean;
}

export interface LivePlaybackEvents {
  state: [PlaybackState];
  sound: [Sound];
  renditions: [readonly Rendition[]];
  rendition: [string | null];
  position: [LivePosition];
  trouble: [boolean];
  'access-lost': [];
}

/** A live stream and the element that shows it, with what browsers allow and do not. */
export class LivePlayback extends Emitter<LivePlaybackEvents> {
  #video: HTMLVideoElement | null = null;
  #detach = new AbortController();
  #source: LiveSource | null = null;
  #stream: LiveStream | null = null;
  #chosen: string | null = null;
  #state: PlaybackState = 'idle';
  #sound: Sound;
  #timer: ReturnType<typeof setInterval> | undefined;
  #looksStuck = 0;
  #lastTime = 0;

  /** @param sound as the user left it */
  constructor(sound: Pick<Sound, 'volume' | 'muted'>) {
    super();
    this.#sound = { ...sound, offered: false };
  }

  /** @param video null: it is gone */
  attach(video: HTMLVideoElement | null): void {
    this.#detach.abort();
    this.#closeStream();
    this.#video = video;
    if (!video) return;
    this.#detach = new AbortController();
    const { signal } = this.#detach;
    const on = (names: readonly string[], handle: () => void): void => {
      for (const name of names) video.addEventListener(name, handle, { signal });
    };
    on(['playing'], () => this.#setState('playing'));
    on(['waiting', 'emptied'], () => this.#handleStarved());
    on(['pause'], () => this.#handlePause());
    on(['ended'], () => this.#setState('ended'));
    on(['volumechange'], () => this.#handleVolume());
    video.volume = this.#sound.volume;
    video.muted = this.#sound.muted;
    if (this.#source) this.#open(video, this.#source);
  }

  /** Plays from now on. */
  start(source: LiveSource): void {
    this.stop();
    this.#source = source;
    if (this.#video) this.#open(this.#video, source);
  }

  stop(): void {
    this.#source = null;
    this.#closeStream();
    this.#video?.pause();
    this.#setState('idle');
  }

  /** To be called from a click, where the browser has refused. */
  async play(): Promise<void> {
    const video = this.#video;
    if (!video || !this.#stream) return;
    // What was kept meanwhile is old.
    if (video.paused) this.#stream.toLive();
    try {
      await video.play();
    } catch (error) {
      if (!isRefusal(error)) return;
      await this.#playMuted(video);
    }
  }

  pause(): void {
    this.#video?.pause();
  }

  setMuted(muted: boolean): void {
    this.#sound = { ...this.#sound, offered: false };
    if (this.#video) this.#video.muted = muted;
    this.#handleVolume();
  }

  setVolume(volume: number): void {
    if (!this.#video) return;
    this.#video.volume = Math.min(1, Math.max(0, volume));
    this.setMuted(false);
  }

  toLive(): void {
    this.#stream?.toLive();
    void this.play();
  }

  /** @param seconds less than zero: back */
  seekBy(seconds: number): void {
    const video = this.#video;
    const { buffered } = video ?? {};
    if (!video || !buffered || buffered.length === 0) return;
    const last = buffered.length - 1;
    const wanted = video.currentTime + seconds;
    video.currentTime = Math.min(Math.max(wanted, buffered.start(last)), buffered.end(last) - 1);
  }

  choose(id: string | null): void {
    this.#chosen = id;
    this.#stream?.choose(id);
  }

  restart(): void {
    this.#looksStuck = 0;
    this.#setState('connecting');
    this.#stream?.restart();
  }

  close(): void {
    this.stop();
    this.#detach.abort();
    this.#video = null;
  }

  #open(video: HTMLVideoElement, source: LiveSource): void {
    const stream = openStream(video, source);
    if (!stream) {
      this.#setState('unsupported');
      return;
    }
    this.#stream = stream;
    this.#setState('connecting');
    stream.on('ready', () => void this.play());
    stream.on('renditions', (renditions) => this.emit('renditions', renditions));
    stream.on('rendition', (id) => this.emit('rendition', id));
    stream.on('progress', () => this.emit('trouble', false));
    stream.on('trouble', () => this.emit('trouble', true));
    stream.on('access-lost', () => {
      this.stop();
      this.emit('access-lost');
    });
    if (this.#chosen !== null) stream.choose(this.#chosen);
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS);
  }

  #closeStream(): void {
    clearInterval(this.#timer);
    this.#stream?.close();
    this.#stream = null;
    this.#looksStuck = 0;
    this.emit('trouble', false);
  }

  /** Sound that begins by itself is refused in most browsers; a picture is not. */
  async #playMuted(video: HTMLVideoElement): Promise<void> {
    if (video.muted) {
      this.#setState('blocked');
      return;
    }
    this.#sound = { ...this.#sound, offered: true };
    video.muted = true;
    try {
      await video.play();
    } catch (error) {
      if (!isRefusal(error)) return;
      // With the click that it needs then, it may be heard as well.
      video.muted = false;
      this.#sound = { ...this.#sound, offered: false };
      this.#setState('blocked');
    }
  }

  #handleStarved(): void {
    if (this.#state === 'playing') this.#setState('waiting');
  }

  #handlePause(): void {
    const isOwn = this.#stream !== null && this.#video?.ended === false;
    if (isOwn && (this.#state === 'playing' || this.#state === 'waiting')) this.#setState('paused');
  }

  #handleVolume(): void {
    if (!this.#video) return;
    const { volume, muted } = this.#video;
    this.#sound = { volume, muted, offered: this.#sound.offered && muted };
    this.emit('sound', this.#sound);
  }

  /** Now and then: where it is, and whether it goes on. */
  #look(): void {
    const video = this.#video;
    if (!video || !this.#stream) return;
    this.emit('position', this.#stream.position);
    const isStuck = !video.paused && !video.ended && video.currentTime === this.#lastTime;
    this.#lastTime = video.currentTime;
    this.#looksStuck = isStuck ? this.#looksStuck + 1 : 0;
    if (this.#looksStuck < STUCK_AFTER_LOOKS) return;
    this.#looksStuck = 0;
    this.emit('trouble', true);
    this.#stream.restart();
  }

  #setState(state: PlaybackState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.emit('state', state);
  }
}

function openStream(video: HTMLVideoElement, source: LiveSource): LiveStream | null {
  if (HlsStream.isSupported) return new HlsStream(video, source);
  return NativeStream.isSupported ? new NativeStream(video, source) : null;
}

function isRefusal(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'NotAllowedError';
}
