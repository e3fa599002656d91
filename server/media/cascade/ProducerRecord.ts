import type { MediaKind, Source } from '../../../protocol/meetings.ts';
import { Mailbox } from '../../core/Mailbox.ts';
import type { LayerSet } from '../layers.ts';
import type { RouterRef } from '../MediaExecutor.ts';
import { LayerWishes } from './LayerWishes.ts';

/** A producer that stands for another at a router that is not its home. */
export interface Copy {
  readonly record: ProducerRecord;
  readonly at: RouterRef;
  /** The router that passes it on. */
  readonly from: RouterRef;
  /** Settles when it can be consumed; rejects when it will never be. */
  readonly standing: PromiseWithResolvers<undefined>;
  /** `lost`: dropped because a router on its way is gone; it can be had by another way. */
  state: 'coming' | 'standing' | 'dropped' | 'lost';
  idleTimer: NodeJS.Timeout | undefined;
}

export interface ProducerFacts {
  id: string;
  participantId: string;
  kind: MediaKind;
  source: Source;
  layers: LayerSet | null;
  paused: boolean;
}

/** What the owner of a meeting knows of one producer: where it is at home and where it is piped to. */
export class ProducerRecord {
  readonly id: string;
  readonly participantId: string;
  readonly kind: MediaKind;
  readonly source: Source;
  readonly home: RouterRef;
  readonly copies = new Map<RouterRef, Copy>();
  readonly wishes: LayerWishes;
  /** Pausing, resuming and closing, one after another at home and at all copies. */
  readonly turns = new Mailbox();
  paused: boolean;
  readonly #users = new Map<RouterRef, Set<string>>();

  /** @param maxSpatialLayer what its publisher was told is wanted; without: all of them */
  constructor(facts: ProducerFacts, home: RouterRef, maxSpatialLayer?: number) {
    this.id = facts.id;
    this.participantId = facts.participantId;
    this.kind = facts.kind;
    this.source = facts.source;
    this.paused = facts.paused;
    this.home = home;
    const top = (facts.layers?.scales.length ?? 0) - 1;
    this.wishes = new LayerWishes(home, maxSpatialLayer ?? top);
  }

  /** A participant consumes it at a router that is not its home, or is about to. */
  use(at: RouterRef, participantId: string): void {
    const users = this.#users.get(at) ?? new Set();
    this.#users.set(at, users.add(participantId));
  }

  unuse(at: RouterRef, participantId: string): void {
    this.#users.get(at)?.delete(participantId);
  }

  /** Who consumes it there. */
  usersAt(at: RouterRef): readonly string[] {
    return [...(this.#users.get(at) ?? [])];
  }

  /** Whether anybody consumes this copy, there or where it is passed on to. */
  isNeeded({ at }: Copy): boolean {
    if ((this.#users.get(at)?.size ?? 0) > 0) return true;
    return [...this.copies.values()].some((copy) => copy.from === at && this.isNeeded(copy));
  }
}
