import type { types } from 'mediasoup-client';
import { sleep } from '../api/sleep.ts';
import type { MediaTransport } from './MediaTransport.ts';
import type { Publication } from './Publication.ts';
import type { Reception } from './Reception.ts';

/** Everything by which one sends and receives. */
export interface MediaLine {
  send: Promise<MediaTransport>;
  recv: Promise<MediaTransport>;
  reception: Reception;
  /** Of what is published. */
  producers: Map<Publication, types.Producer>;
  /** What was begun for another one does not count while this one is used. */
  era: object;
}

interface MediaMoveDeps {
  line: MediaLine;
  /** What is sent now. */
  publications: () => readonly Publication[];
  /** Sends it by that transport, too. */
  produce: (transport: types.Transport, publication: Publication) => Promise<types.Producer>;
  /** Settles when nobody receives pictures of what was sent before. */
  untilUnseen: () => Promise<void>;
  /** It is not to be sent any more. */
  discard: (producer: types.Producer) => void;
}

/**
 * Sooner than the server gives up. Nobody waits for it, and one that is given up late stops what the
 * others see already.
 */
const PATIENCE_MS = 25_000;
/** The others begin to receive what is sent anew when they hear of it; nothing tells that they hear it. */
const OVERLAP_MS = 1_500;
/** Somebody who sees nothing of it by then has other troubles. */
const LONGEST_OVERLAP_MS = 6_000;

/** Builds everything that is sent and received once more, beside what there is. */
export class MediaMove {
  readonly line: MediaLine;
  readonly #deps: MediaMoveDeps;
  readonly #failed = Promise.withResolvers<never>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(deps: MediaMoveDeps) {
    this.#deps = deps;
    this.line = deps.line;
    // Told to whoever waits; nobody may.
    this.#failed.promise.catch(() => undefined);
  }

  /** Settles when everything flows by the new way. @throws Error when it does not */
  async build(): Promise<void> {
    this.#timer = setTimeout(() => this.fail('took too long'), PATIENCE_MS);
    try {
      await Promise.race([this.#failed.promise, this.#buildBoth()]);
    } finally {
      clearTimeout(this.#timer);
    }
  }

  /** It cannot be finished, or nobody wants it any more. */
  fail(reason: string): void {
    this.#failed.reject(new Error(reason));
  }

  /** One after the other: decoding and encoding everything twice at once is too much for a small machine. */
  async #buildBoth(): Promise<void> {
    await this.#receive();
    await this.#sendEverything();
  }

  async #receive(): Promise<void> {
    const { recv, reception } = this.line;
    await reception.begin(recv);
    await reception.flowing();
    if (reception.remotes.length > 0) assertConnected(await recv);
  }

  async #sendEverything(): Promise<void> {
    const { send, producers } = this.line;
    const { transport } = await send;
    const { publications, produce, discard } = this.#deps;
    await Promise.all(
      publications().map(async (publication) => {
        // What the server does not have yet is sent when the move is over.
        if (!publication.producer) return;
        const isWanted = (): boolean => publications().includes(publication);
        try {
          const producer = await produce(transport, publication);
          if (isWanted()) producers.set(publication, producer);
          else discard(producer);
        } catch (error) {
          if (isWanted()) throw error;
        }
      }),
    );
    if (producers.size === 0) return;
    await Promise.all([
      sleep(OVERLAP_MS),
      Promise.race([this.#deps.untilUnseen(), sleep(LONGEST_OVERLAP_MS)]),
    ]);
    assertConnected(await send);
  }
}

/** Lets go of everything. */
export function closeLine({ send, recv, reception }: MediaLine): void {
  reception.close();
  closeTransport(send);
  closeTransport(recv);
}

/** Also when it is still being made. */
export function closeTransport(transport: Promise<MediaTransport>): void {
  transport.then(
    (built) => built.close(),
    () => undefined,
  );
}

function assertConnected({ transport }: MediaTransport): void {
  if (transport.connectionState !== 'connected') throw new Error('not connected');
}
