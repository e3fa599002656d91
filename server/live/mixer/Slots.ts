import type { Logger } from '../../core/logger.ts';
import type { Shown } from './Composer.ts';
import type { EncodedFrame } from './FrameAssembler.ts';
import type { Size } from './layout.ts';
import type { PictureInput } from './PictureInput.ts';
import { SlotDecoder } from './SlotDecoder.ts';
import { assignSlots } from './assignSlots.ts';

/** The decoders of one kind of picture, and what each of them shows. */
export class Slots {
  readonly #decoders: readonly SlotDecoder[];
  #inputs: (string | null)[];
  readonly #find: (input: string) => PictureInput | undefined;

  constructor(options: {
    count: number;
    size: Size;
    ffmpeg: string;
    logger: Logger;
    find: (input: string) => PictureInput | undefined;
  }) {
    const { count, find, ...decoder } = options;
    this.#find = find;
    this.#inputs = new Array<string | null>(count).fill(null);
    this.#decoders = this.#inputs.map(
      (_, index) =>
        new SlotDecoder({
          ...decoder,
          onKeyNeeded: () => this.#showAgain(this.#inputs[index] ?? null),
        }),
    );
  }

  /** Inputs that are decoded. */
  get inputs(): string[] {
    return this.#inputs.filter((input) => input !== null);
  }

  get health() {
    return this.#decoders.map(({ health }, index) => ({
      input: this.#inputs[index] ?? null,
      ...health,
    }));
  }

  /** @param wanted inputs, the most important first */
  assign(wanted: readonly string[]): void {
    const before = this.#inputs;
    this.#inputs = assignSlots(before, wanted);
    for (const [index, input] of this.#inputs.entries()) {
      const old = before[index] ?? null;
      if (old === input) continue;
      this.#decoders[index]?.forget();
      if (old !== null && !this.#inputs.includes(old)) this.#find(old)?.hide();
      this.#showAgain(input);
    }
  }

  /** What comes of an input from now on has nothing to do with what was before. */
  refresh(input: string): void {
    const decoder = this.#decoders[this.#inputs.indexOf(input)];
    decoder?.forget();
    if (decoder) this.#showAgain(input);
  }

  decode(input: string, from: PictureInput, frame: EncodedFrame): void {
    const decoder = this.#decoders[this.#inputs.indexOf(input)];
    if (decoder && !decoder.decode(from.codec, frame)) from.show();
  }

  /** What there is of an input; null: it has no slot, or nothing came yet. */
  shownOf(input: string): Shown | null {
    const decoder = this.#decoders[this.#inputs.indexOf(input)];
    const picture = decoder?.take();
    return decoder && picture ? { picture, version: decoder.version } : null;
  }

  async close(): Promise<void> {
    await Promise.all(this.#decoders.map((decoder) => decoder.close()));
  }

  #showAgain(input: string | null): void {
    if (input !== null) this.#find(input)?.show();
  }
}
