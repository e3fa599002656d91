/** Plays the others' sound on the chosen output. */
export class AudioOutput {
  readonly #elements = new Map<string, HTMLAudioElement>();
  readonly #onBlocked: (blocked: boolean) => void;
  #sinkId: string | null = null;

  /** @param onBlocked told when the browser refuses to play before the user has clicked, and when it plays */
  constructor(onBlocked: (blocked: boolean) => void) {
    this.#onBlocked = onBlocked;
  }

  static get canSelect(): boolean {
    return 'setSinkId' in HTMLMediaElement.prototype;
  }

  add(producerId: string, track: MediaStreamTrack): void {
    const before = this.#elements.get(producerId);
    const element = new Audio();
    element.srcObject = new MediaStream([track]);
    this.#elements.set(producerId, element);
    if (this.#sinkId !== null) void this.#direct(element, this.#sinkId);
    this.#play(element);
    if (before) silence(before);
  }

  remove(producerId: string): void {
    const element = this.#elements.get(producerId);
    if (!element) return;
    silence(element);
    this.#elements.delete(producerId);
  }

  /** @param sinkId null: the browser's default */
  async select(sinkId: string | null): Promise<void> {
    this.#sinkId = sinkId;
    const target = sinkId ?? '';
    await Promise.all([...this.#elements.values()].map((element) => this.#direct(element, target)));
  }

  /** To be called from a click. */
  async unblock(): Promise<void> {
    await Promise.all([...this.#elements.values()].map((element) => element.play()));
    this.#onBlocked(false);
  }

  close(): void {
    for (const producerId of [...this.#elements.keys()]) this.remove(producerId);
  }

  async #direct(element: HTMLAudioElement, sinkId: string): Promise<void> {
    if (!AudioOutput.canSelect) return;
    // An output that was unplugged: the sound stays where it is.
    await element.setSinkId(sinkId).catch(() => undefined);
  }

  #play(element: HTMLAudioElement): void {
    element.play().catch((error: unknown) => {
      if (error instanceof DOMException && error.name === 'NotAllowedError') this.#onBlocked(true);
    });
  }
}

function silence(element: HTMLAudioElement): void {
  element.pause();
  element.srcObject = null;
}
