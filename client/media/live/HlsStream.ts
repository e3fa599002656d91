import Hls, {
  ErrorDetails,
  ErrorTypes,
  Events,
  type ErrorData,
  type HlsConfig,
  type LevelParsed,
} from 'hls.js/light';
import workerPath from 'hls.js/dist/hls.worker.js?url';
import { Emitter } from '../../api/Emitter.ts';
import type {
  LivePosition,
  LiveSource,
  LiveStream,
  LiveStreamEvents,
  Rendition,
} from './LiveStream.ts';

const SECOND_MS = 1_000;
/** How far behind what is newest it is played. With segments of 2 s one is always in store. */
const TARGET_DELAY_SEC = 4;
/** Whoever is farther behind is taken forward: playlists do not go back farther. */
const LONGEST_DELAY_SEC = 20;
/** What was heard already is not kept for long: phones have little room. */
const BACK_BUFFER_SEC = 30;
/** Catching up is not to be heard. */
const FASTEST_RATE = 1.05;
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 4_000;
/** A try that begins where the last one stopped may go on for ever with what is broken. */
const REBUILT_AFTER_TRIES = 3;
const KEYS = '/api/rooms/';
const AUDIO_ONLY = 'audio';
const REFUSED = new Set([401, 403]);
/** Delays beyond this are those of clocks that differ. */
const BELIEVABLE_DELAY_SEC = 60;

/** Quick to ask once more: the next segment is 2 s away. Beyond that it is tried anew here. */
const PATIENCE: HlsConfig['playlistLoadPolicy'] = {
  default: {
    maxTimeToFirstByteMs: 6_000,
    maxLoadTimeMs: 12_000,
    timeoutRetry: { maxNumRetry: 1, retryDelayMs: 0, maxRetryDelayMs: 0 },
    errorRetry: { maxNumRetry: 2, retryDelayMs: 500, maxRetryDelayMs: 2_000 },
  },
};

/** Played by hls.js, wherever there are Media Source Extensions. */
export class HlsStream extends Emitter<LiveStreamEvents> implements LiveStream {
  readonly #video: HTMLVideoElement;
  readonly #source: LiveSource;
  #hls: Hls | null = null;
  #levels: readonly LevelParsed[] = [];
  /** Null: whatever the line bears. */
  #chosen: string | null = null;
  #tries = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  static get isSupported(): boolean {
    return Hls.isSupported();
  }

  constructor(video: HTMLVideoElement, source: LiveSource) {
    super();
    this.#video = video;
    this.#source = source;
    this.#build();
  }

  get position(): LivePosition {
    const hls = this.#hls;
    if (!hls) return { delaySec: null, behindSec: 0 };
    const told = hls.playingDate;
    const byClock = told ? (Date.now() - told.getTime()) / SECOND_MS : NaN;
    const isBelievable = byClock > 0 && byClock < BELIEVABLE_DELAY_SEC;
    const byPlaylist = hls.latency > 0 ? hls.latency : null;
    const newest = hls.liveSyncPosition;
    return {
      delaySec: isBelievable ? byClock : byPlaylist,
      behindSec: newest === null ? 0 : Math.max(0, newest - this.#video.currentTime),
    };
  }

  choose(id: string | null): void {
    const before = this.#chosen;
    this.#chosen = id;
    // Sound only is a playlist of its own: hls.js leaves it out where others have a picture.
    if (id === AUDIO_ONLY || before === AUDIO_ONLY) this.#load();
    else this.#applyChoice();
  }

  toLive(): void {
    const newest = this.#hls?.liveSyncPosition;
    if (newest !== null && newest !== undefined) this.#video.currentTime = newest;
  }

  restart(): void {
    if (this.#closed) return;
    clearTimeout(this.#timer);
    this.#build();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#hls?.destroy();
    this.#hls = null;
  }

  #build(): void {
    this.#hls?.destroy();
    const hls = new Hls({
      workerPath,
      liveSyncDuration: TARGET_DELAY_SEC,
      liveMaxLatencyDuration: LONGEST_DELAY_SEC,
      maxLiveSyncPlaybackRate: FASTEST_RATE,
      backBufferLength: BACK_BUFFER_SEC,
      liveDurationInfinity: true,
      manifestLoadPolicy: PATIENCE,
      playlistLoadPolicy: PATIENCE,
      keyLoadPolicy: PATIENCE,
      fragLoadPolicy: PATIENCE,
      xhrSetup: (xhr, url) => this.#authorize(xhr, url),
    });
    this.#hls = hls;
    hls.on(Events.MANIFEST_LOADED, (_, { levels }) => this.#learn(levels));
    hls.on(Events.MANIFEST_PARSED, () => {
      this.#applyChoice();
      this.emit('ready');
    });
    hls.on(Events.LEVEL_SWITCHED, (_, { level }) => this.#tellLevel(level));
    hls.on(Events.FRAG_BUFFERED, () => {
      this.#tries = 0;
      this.emit('progress');
    });
    hls.on(Events.ERROR, (_, error) => this.#handleError(error));
    hls.attachMedia(this.#video);
    this.#load();
  }

  #load(): void {
    const audio = this.#levels.find((level) => idOf(level) === AUDIO_ONLY);
    const wanted = this.#chosen === AUDIO_ONLY ? audio?.url : undefined;
    this.#hls?.loadSource(wanted ?? this.#source.url);
  }

  /** Keys come from the server of this page, wherever the segments lie, and its token goes nowhere else. */
  #authorize(xhr: XMLHttpRequest, url: string): void {
    const { pathname, search } = new URL(url, location.href);
    if (!pathname.startsWith(KEYS)) return;
    xhr.open('GET', `${location.origin}${pathname}${search}`, true);
    xhr.setRequestHeader('authorization', `Bearer ${this.#source.token}`);
  }

  #learn(levels: readonly LevelParsed[]): void {
    // The playlist of one rendition names no others.
    if (this.#chosen === AUDIO_ONLY && this.#levels.length > 0) {
      this.emit('rendition', AUDIO_ONLY);
      return;
    }
    this.#levels = levels;
    this.emit('renditions', renditionsOf(levels));
  }

  #applyChoice(): void {
    const hls = this.#hls;
    if (!hls || this.#chosen === AUDIO_ONLY) return;
    const index = hls.levels.findIndex((level) => idOf(level) === this.#chosen);
    // With the next segment: what is in store already is played.
    hls.nextLevel = index;
  }

  #tellLevel(index: number): void {
    const level = this.#hls?.levels[index];
    if (level && this.#chosen !== AUDIO_ONLY) this.emit('rendition', idOf(level));
  }

  #handleError(error: ErrorData): void {
    const isKey = error.details === ErrorDetails.KEY_LOAD_ERROR;
    if (isKey && REFUSED.has(error.response?.code ?? 0)) {
      this.close();
      this.emit('access-lost');
      return;
    }
    if (!error.fatal) return;
    this.emit('trouble');
    const delay = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#tries);
    this.#tries += 1;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#tryAgain(error), delay);
  }

  #tryAgain({ type, details }: ErrorData): void {
    const hls = this.#hls;
    if (!hls) return;
    const hasNone = details === ErrorDetails.MANIFEST_LOAD_ERROR || hls.levels.length === 0;
    if (hasNone || this.#tries % REBUILT_AFTER_TRIES === 0) this.#build();
    else if (type === ErrorTypes.NETWORK_ERROR) hls.startLoad();
    else if (type === ErrorTypes.MEDIA_ERROR) hls.recoverMediaError();
    else this.#build();
  }
}

function renditionsOf(levels: readonly LevelParsed[]): Rendition[] {
  const all = levels.map((level) => ({ id: idOf(level), height: heightOf(level) }));
  return [...new Map(all.map((one) => [one.id, one])).values()].sort(
    (a, b) => (b.height ?? 0) - (a.height ?? 0),
  );
}

function heightOf({ height = 0 }: Pick<LevelParsed, 'height'>): number | null {
  return height > 0 ? height : null;
}

/** The same over restarts, whose lists may be in another order. */
function idOf(level: Pick<LevelParsed, 'height'>): string {
  const height = heightOf(level);
  return height !== null ? `${height}p` : AUDIO_ONLY;
}
