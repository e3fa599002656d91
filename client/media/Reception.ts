import type { types } from 'mediasoup-client';
import { MAX_BATCH } from '../../protocol/primitives.ts';
import { isPassing, toRequestError } from '../api/RequestError.ts';
import type { MediaTransport, Request } from './MediaTransport.ts';
import { FlowWatch } from './FlowWatch.ts';
import { openRemote, type Remote } from './Remote.ts';
import type { Succession } from './Succession.ts';
import { ViewReport, type Size } from './ViewReport.ts';

/** After a refusal that may pass and does not say when. */
const RETRY_MS = 1_000;

interface ReceptionDeps {
  meetingId: string;
  request: Request;
  /** Decides what is played. */
  succession: Succession;
}

/** What is received of the others: which producers are wanted, their consumers, how large they are seen. */
export class Reception {
  readonly #deps: ReceptionDeps;
  readonly #remotes = new Map<string, Remote>();
  /** Producers of the others that are to be received. */
  readonly #wanted = new Set<string>();
  readonly #views: ViewReport;
  readonly #flows: FlowWatch;
  /** Null between two of them. What was begun for one before the present does not count. */
  #transport: Promise<MediaTransport> | null = null;
  #consuming = false;
  #retry: ReturnType<typeof setTimeout> | undefined;

  constructor(deps: ReceptionDeps) {
    this.#deps = deps;
    const { meetingId, request, succession } = deps;
    this.#flows = new FlowWatch({ onFlow: (remote) => succession.markFlowing(remote) });
    this.#views = new ViewReport(
      (producerId) => this.#remotes.has(producerId),
      (views) => {
        // Not told, a tile that has come into view would stay without a picture.
        request('update-views', { meetingId, views }).catch((error: unknown) => {
          if (this.#transport) this.#tryAgain(error);
        });
      },
    );
  }

  /** What is received now. */
  get remotes(): readonly Remote[] {
    return [...this.#remotes.values()];
  }

  /** What is to be received. */
  get wanted(): ReadonlySet<string> {
    return this.#wanted;
  }

  /** Settles when all that was asked for flows, as far as it does at all. */
  flowing(): Promise<void> {
    return this.#flows.settled();
  }

  get wantsAnything(): boolean {
    return this.#wanted.size > 0;
  }

  /** Receives what is wanted through this transport; settles when all of it was asked for. */
  begin(transport: Promise<MediaTransport>): Promise<void> {
    this.#transport = transport;
    return this.#consumeWanted();
  }

  /** The transport is gone; what is wanted stays wanted. */
  stop(): void {
    this.#transport = null;
    this.#consuming = false;
    clearTimeout(this.#retry);
    for (const producerId of [...this.#remotes.keys()]) this.#drop(producerId);
  }

  /** Nothing is wanted any more: the producers are gone. */
  forgetWanted(): void {
    this.#wanted.clear();
  }

  add(producerId: string): void {
    this.#wanted.add(producerId);
    void this.#consumeWanted();
  }

  /** Receives exactly these from now on. */
  receive(producerIds: ReadonlySet<string>): void {
    for (const id of [...this.#wanted]) if (!producerIds.has(id)) this.remove(id);
    for (const id of producerIds) this.#wanted.add(id);
    void this.#consumeWanted();
  }

  remove(producerId: string): void {
    this.#wanted.delete(producerId);
    this.#views.forget(producerId);
    this.#drop(producerId);
  }

  /** The server has closed consumers that were not resumed in time: asks for them again. */
  handleConsumersClosed(consumerIds: readonly string[]): void {
    for (const [producerId, { options }] of this.#remotes) {
      if (consumerIds.includes(options.id)) this.#drop(producerId);
    }
    void this.#consumeWanted();
  }

  /** What of the others' video is seen, in physical pixels; those left out are not seen. */
  setViews(views: ReadonlyMap<string, Size>): void {
    this.#views.set(views);
  }

  /** The server can be asked again: says what is seen, lets everything flow, and asks for what could not be had. */
  async recover(): Promise<void> {
    clearTimeout(this.#retry);
    this.#views.sendAll();
    await this.#resume(this.remotes.map(({ options }) => options.id)).catch(() => undefined);
    await this.#consumeWanted();
  }

  /** One request for everything that is wanted and not there, then one to let it flow. */
  async #consumeWanted(): Promise<void> {
    const begun = this.#transport;
    if (this.#consuming || !begun) return;
    this.#consuming = true;
    try {
      const { transport } = await begun;
      for (;;) {
        const missing = [...this.#wanted].filter((id) => !this.#remotes.has(id));
        if (missing.length === 0 || begun !== this.#transport) break;
        await this.#consume(transport, missing.slice(0, MAX_BATCH), begun);
      }
    } catch (error) {
      if (begun === this.#transport) this.#tryAgain(error);
    } finally {
      if (begun === this.#transport) this.#consuming = false;
    }
  }

  /** Where signaling was lost `recover` is called as well; but it may be a part of the server that is away. */
  #tryAgain(error: unknown): void {
    const failure = toRequestError(error);
    if (!isPassing(failure)) return;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => void this.recover(), failure.retryAfterMs ?? RETRY_MS);
  }

  close(): void {
    this.#views.close();
    this.stop();
    this.#flows.close();
  }

  async #consume(
    transport: types.Transport,
    producerIds: string[],
    begun: Promise<MediaTransport>,
  ): Promise<void> {
    const answer = await this.#deps.request('consume', {
      meetingId: this.#deps.meetingId,
      transportId: transport.id,
      producerIds,
    });
    for (const { producerId } of answer.refused) this.#wanted.delete(producerId);
    const opened = await Promise.all(
      answer.consumers.map((options) => openRemote(transport, options)),
    );
    if (begun !== this.#transport) return;
    for (const remote of opened) {
      const { producerId } = remote.options;
      if (!this.#wanted.has(producerId)) {
        remote.consumer.close();
        continue;
      }
      this.#remotes.set(producerId, remote);
      if (!this.#deps.succession.add(remote)) this.#await(remote, transport);
    }
    this.#views.sendAll();
    const consumerIds = opened.map(({ options }) => options.id);
    await this.#resume(consumerIds);
  }

  /** It is played instead of another when it flows. What is muted or hidden does not. */
  #await(remote: Remote, transport: types.Transport): void {
    const { kind, producerId, producerPaused } = remote.options;
    const expected = !producerPaused && (kind === 'audio' || this.#views.isSeen(producerId));
    if (expected) this.#flows.expect(remote, transport);
    else this.#deps.succession.markFlowing(remote);
  }

  /** Lets consumers flow, or asks anew for those that the server has given up. */
  async #resume(consumerIds: readonly string[]): Promise<void> {
    const { length } = consumerIds;
    for (let start = 0; start < length; start += MAX_BATCH) {
      const { gone } = await this.#deps.request('resume-consumers', {
        meetingId: this.#deps.meetingId,
        consumerIds: consumerIds.slice(start, start + MAX_BATCH),
      });
      if (gone.length > 0) this.handleConsumersClosed(gone);
    }
  }

  #drop(producerId: string): void {
    const remote = this.#remotes.get(producerId);
    if (!remote) return;
    this.#remotes.delete(producerId);
    this.#flows.forget(remote);
    // What is played instead begins before this one stops.
    this.#deps.succession.delete(remote);
    remote.consumer.close();
  }
}
