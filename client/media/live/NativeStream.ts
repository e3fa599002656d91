import { Emitter } from '../../api/Emitter.ts';
import { isRefused } from './isRefused.ts';
import type { LivePosition, LiveSource, LiveStream, LiveStreamEvents } from './LiveStream.ts';

const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 5_000;
const SECOND_MS = 1_000;
/** How far behind the end of what can be had such browsers play. */
const USUAL_DELAY_SEC = 6;
const TYPE = 'application/vnd.apple.mpegurl';

/** Safari dates what it plays. */
interface DatedVideo extends HTMLVideoElement {
  getStartDate?: () => Date;
}

/** Played by the browser itself, on phones without Media Source Extensions: it chooses the quality. */
export class NativeStream extends Emitter<LiveStreamEvents> implements LiveStream {
  readonly #video: DatedVideo;
  readonly #source: LiveSource;
  readonly #stop = new AbortController();
  #tries = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  static get isSupported(): boolean {
    return document.createElement('video').canPlayType(TYPE) !== '';
  }

  constructor(video: HTMLVideoElement, source: LiveSource) {
    super();
    this.#video = video;
    this.#source = source;
    const { signal } = this.#stop;
    video.addEventListener('loadedmetadata', () => this.emit('ready'), { signal });
    video.addEventListener('timeupdate', () => this.#handleProgress(), { signal });
    video.addEventListener('error', () => this.#handleError(), { signal });
    this.restart();
  }

  get position(): LivePosition {
    const { seekable, currentTime } = this.#video;
    const end = seekable.length > 0 ? seekable.end(seekable.length - 1) : currentTime;
    const began = this.#video.getStartDate?.().getTime() ?? NaN;
    const delaySec = (Date.now() - began) / SECOND_MS - currentTime;
    return {
      delaySec: Number.isFinite(delaySec) && delaySec > 0 ? delaySec : null,
      behindSec: Math.max(0, end - USUAL_DELAY_SEC - currentTime),
    };
  }

  choose(): void {
    // Nothing can be chosen: no renditions are told.
  }

  toLive(): void {
    const { seekable } = this.#video;
    if (seekable.length === 0) return;
    this.#video.currentTime = Math.max(0, seekable.end(seekable.length - 1) - USUAL_DELAY_SEC);
  }

  restart(): void {
    if (this.#stop.signal.aborted) return;
    clearTimeout(this.#timer);
    // Its keys are opened by the cookie that came with the access.
    this.#video.src = this.#source.url;
    this.#video.load();
  }

  close(): void {
    this.#stop.abort();
    clearTimeout(this.#timer);
    this.#video.removeAttribute('src');
    this.#video.load();
  }

  #handleProgress(): void {
    this.#tries = 0;
    this.emit('progress');
  }

  #handleError(): void {
    this.emit('trouble');
    const delay = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#tries);
    this.#tries += 1;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#tryAgain(), delay);
  }

  async #tryAgain(): Promise<void> {
    const refused = await isRefused(this.#source);
    if (this.#stop.signal.aborted) return;
    if (!refused) {
      this.restart();
      return;
    }
    this.close();
    this.emit('access-lost');
  }
}
