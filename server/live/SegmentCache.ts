/** Files that never change, those asked for last; bounded by what they hold. */
export class SegmentCache {
  readonly #maxBytes: number;
  readonly #files = new Map<string, Buffer>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get(key: string): Buffer | undefined {
    const content = this.#files.get(key);
    if (content) {
      this.#files.delete(key);
      this.#files.set(key, content);
    }
    return content;
  }

  /** What is larger than all of the cache is not kept. */
  set(key: string, content: Buffer): void {
    this.#remove(key);
    if (content.length > this.#maxBytes) return;
    this.#files.set(key, content);
    this.#bytes += content.length;
    for (const oldest of this.#files.keys()) {
      if (this.#bytes <= this.#maxBytes) return;
      this.#remove(oldest);
    }
  }

  #remove(key: string): void {
    this.#bytes -= this.#files.get(key)?.length ?? 0;
    this.#files.delete(key);
  }
}
