import type { MixInput } from './feed.ts';
import type { EncodedFrame } from './FrameAssembler.ts';
import type { MediaPort } from './MediaPort.ts';
import { PictureInput } from './PictureInput.ts';
import { VoiceInput } from './VoiceInput.ts';

export interface InputsOptions {
  port: MediaPort;
  onFrame: (id: string, from: PictureInput, frame: EncodedFrame) => void;
  onKeyNeeded: (id: string) => void;
  /** What was decoded of it goes on with nothing that comes now. */
  onReplaced: (id: string) => void;
}

type Opened = PictureInput | VoiceInput | null;

/** The voices and pictures of a room, as it was last told. */
export class Inputs {
  readonly #options: InputsOptions;
  #known = new Map<string, MixInput>();
  readonly #voices = new Map<string, VoiceInput>();
  readonly #pictures = new Map<string, PictureInput>();
  #closed = false;

  constructor(options: InputsOptions) {
    this.#options = options;
  }

  get voices(): ReadonlyMap<string, VoiceInput> {
    return this.#voices;
  }

  get pictures(): ReadonlyMap<string, PictureInput> {
    return this.#pictures;
  }

  /** All that there are from now on; one whose stream is another begins anew. */
  set(inputs: readonly MixInput[]): void {
    if (this.#closed) return;
    const before = this.#known;
    this.#known = new Map(inputs.map((input) => [input.id, input]));
    for (const [id, old] of before) if (!isSame(old, this.#known.get(id))) this.#close(id);
    for (const input of inputs) {
      const old = before.get(input.id);
      if (old && isSame(old, input)) continue;
      this.#open(input);
      if (old) this.#options.onReplaced(input.id);
    }
  }

  /** Idempotent. */
  close(): void {
    this.#closed = true;
    for (const id of this.#known.keys()) this.#close(id);
    this.#known.clear();
  }

  #open(input: MixInput): void {
    const { port, onFrame, onKeyNeeded } = this.#options;
    const { id, kind } = input;
    if (kind === 'voice') {
      void VoiceInput.create(port, input).then((voice) => {
        // Nobody may want it any more.
        const known = this.#known.get(id);
        const isWanted = known !== undefined && isSame(known, input) && !this.#voices.has(id);
        if (isWanted) this.#voices.set(id, voice);
        else voice.close();
      });
      return;
    }
    const picture: PictureInput = new PictureInput(
      port,
      { ...input, codec: kind },
      {
        onFrame: (frame) => onFrame(id, picture, frame),
        onKeyNeeded: () => onKeyNeeded(id),
      },
    );
    this.#pictures.set(id, picture);
  }

  #close(id: string): void {
    const opened: Opened = this.#voices.get(id) ?? this.#pictures.get(id) ?? null;
    this.#voices.delete(id);
    this.#pictures.delete(id);
    opened?.close();
  }
}

function isSame(a: MixInput, b: MixInput | undefined): boolean {
  return a.ssrc === b?.ssrc && a.payloadType === b.payloadType && a.kind === b.kind;
}
