import type { ReadonlySignal } from '@preact/signals';
import type {
  LiveMeeting,
  NodeMark,
  NodeView,
  OperatorAct,
  PlacementView,
  WebhookEndpoint,
} from '../../protocol/admin.ts';
import type { Failure } from './models.ts';

/** Something of the server that is asked for again and again. */
export interface PolledModel<T> {
  /** What was found last; null before. */
  readonly value: ReadonlySignal<T | null>;
  /** Why it could not be asked for the last time; what was found before stays. */
  readonly failure: ReadonlySignal<Failure | null>;
  /** Never rejects. What is asked for while an answer is awaited is not asked for twice. */
  readonly refresh: () => Promise<void>;
}

/** One page of a list, and the way to the others. */
export interface PagedModel<T> extends PolledModel<readonly T[]> {
  readonly hasNext: ReadonlySignal<boolean>;
  readonly hasPrevious: ReadonlySignal<boolean>;
  showNext(): Promise<void>;
  showPrevious(): Promise<void>;
}

/** What operators see and do. Methods reject with RequestError, which is a Failure. */
export interface AdminModel {
  readonly nodes: PolledModel<readonly NodeView[]>;
  /** False while nodes are shown as they were known last. */
  readonly isRegistryReachable: ReadonlySignal<boolean>;
  readonly meetings: PagedModel<LiveMeeting>;
  /** Names of nodes whose meetings are not in the list. */
  readonly missing: ReadonlySignal<readonly string[]>;
  readonly webhooks: PolledModel<readonly WebhookEndpoint[]>;
  readonly acts: PagedModel<OperatorAct>;
  /** Where one meeting's media is, as of now. */
  createPlacement(meetingId: string): PolledModel<PlacementView>;
  readonly refresh: () => Promise<void>;
  mark(instanceId: string, mark: NodeMark): Promise<void>;
  /** @param to null: whichever node has the fewest meetings */
  move(meetingId: string, to: string | null): Promise<void>;
  end(meetingId: string): Promise<void>;
  /** Sends again what was given up. @param endpoint id of it */
  redeliver(endpoint: string): Promise<void>;
}
