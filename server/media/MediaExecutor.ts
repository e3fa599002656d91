import type { Source, MediaKind } from '../../protocol/meetings.ts';
import type {
  DtlsParameters,
  IceParameters,
  RtpCapabilities,
  RtpParameters,
  TransportOptions,
} from '../../protocol/rtp.ts';
import type { LayerSet } from './layers.ts';
import type {
  ConsumeResult,
  FeedRequest,
  MediaEvents,
  ProduceRequest,
  TransportRequest,
  ViewRequest,
} from './MediaCommands.ts';

/** Every command says who gives it: a node takes orders about a meeting from its latest owner only. */
export interface Command {
  meetingId: string;
  epoch: number;
  /** Instance of the owner. */
  owner: string;
}

/** A router by its place: a meeting has at most one on each worker of a node. */
export interface RouterRef {
  nodeId: string;
  worker: number;
}

export interface RouterCommand extends Command {
  worker: number;
}

export interface ParticipantCommand extends RouterCommand {
  participantId: string;
}

export interface LinkCommand extends RouterCommand {
  linkId: string;
}

/** Where one end of a link receives, and with which keys it sends. */
export interface LinkEnd {
  ip: string;
  port: number;
  /** Only between hosts. */
  srtpParameters?: { cryptoSuite: string; keyBase64: string };
}

/** A producer on its way to another router: all that the far end needs to stand for it. */
export interface PipedProducer {
  producerId: string;
  participantId: string;
  kind: MediaKind;
  source: Source;
  paused: boolean;
  layers: LayerSet | null;
  rtpParameters: RtpParameters;
}

export interface ProducerInventory {
  producerId: string;
  /** With which it was asked for, if that is known. */
  requestId: string | null;
  kind: MediaKind;
  source: Source;
  paused: boolean;
  layers: LayerSet | null;
  /** What its router told of the layers wanted there last. */
  maxSpatialLayer: number;
}

export interface ParticipantInventory {
  participantId: string;
  /** Of the participant's moves the one that brought them here; 0, or not told by an earlier version: they were placed here. */
  moveId?: number;
  /** Ids of transports that are open. */
  transports: { send?: string; recv?: string };
  producers: ProducerInventory[];
  consumers: { consumerId: string; producerId: string }[];
}

export interface LinkInventory {
  linkId: string;
  peer: RouterRef;
  connected: boolean;
  outgoing: string[];
  incoming: Omit<ProducerInventory, 'requestId' | 'kind' | 'source' | 'layers'>[];
}

export interface RouterInventory {
  worker: number;
  rtpCapabilities: RtpCapabilities;
  participants: ParticipantInventory[];
  links: LinkInventory[];
}

/**
 * What the owner of a meeting may ask of one node. A command takes one object of plain data and
 * answers plain data, so that it can cross to another machine as a message of its name and this object.
 *
 * Commands throw StaleEpochError when a later owner has given orders, or another one at the same
 * epoch: nothing was done then. Otherwise AppError, as MediaCommands says.
 */
export interface MediaExecutor {
  /**
   * Opens a router on that worker, or on the least loaded when it is null or dead; waits for a worker
   * when none is alive. Answers the existing one if it is open.
   */
  openRouter(
    command: Command & { worker: number | null },
  ): Promise<{ worker: number; rtpCapabilities: RtpCapabilities }>;
  /** Closes the router and everything in it. Unknown ones are fine, here and with all that closes. */
  closeRouter(command: RouterCommand): Promise<void>;
  /** Closes all routers of the meeting on this node. */
  closeMeeting(command: Command): Promise<void>;
  /** Everything of the meeting that exists on this node; its events go to the caller from now on. */
  inventory(command: Command): Promise<{ routers: RouterInventory[] }>;

  closeParticipant(command: ParticipantCommand): Promise<void>;
  /** @param command.moveId of the participant's moves the one that brought them here; 0: they were placed here */
  createTransport(
    command: ParticipantCommand & { request: TransportRequest; moveId: number },
  ): Promise<TransportOptions>;
  openFeed(
    command: ParticipantCommand & { request: Omit<FeedRequest, 'nodeId'> },
  ): Promise<{ transportId: string }>;
  requestKeyFrames(command: ParticipantCommand & { consumerIds: string[] }): Promise<void>;
  connectTransport(
    command: ParticipantCommand & { transportId: string; dtlsParameters: DtlsParameters },
  ): Promise<void>;
  restartIce(command: ParticipantCommand & { transportId: string }): Promise<IceParameters>;
  /** @param command.keyFrameIntervalMs at least so long between two requests for a key frame; 0: whenever one is needed */
  produce(
    command: ParticipantCommand & { request: ProduceRequest; keyFrameIntervalMs: number },
  ): Promise<{ producerId: string; layers: LayerSet | null }>;
  setProducerPaused(
    command: ParticipantCommand & { producerId: string; paused: boolean },
  ): Promise<void>;
  closeProducer(command: ParticipantCommand & { producerId: string }): Promise<void>;
  consume(
    command: ParticipantCommand & { transportId: string; producerIds: string[] },
  ): Promise<ConsumeResult>;
  resumeConsumers(
    command: ParticipantCommand & { consumerIds: string[] },
  ): Promise<{ resumed: string[]; gone: string[] }>;
  updateViews(command: ParticipantCommand & { views: ViewRequest[] }): Promise<void>;
  /** Somebody on another router is about to look: unwatched publishers of this one start encoding. */
  warmProducers(command: RouterCommand): Promise<void>;

  /** Opens this router's end of a link to `peer`; `secure` between hosts: encrypted, and lost packets are sent again. */
  openLink(command: LinkCommand & { peer: RouterRef; secure: boolean }): Promise<LinkEnd>;
  connectLink(command: LinkCommand & { remote: LinkEnd }): Promise<void>;
  /** Closes this end and every producer that came through it. The other end does not notice. */
  closeLink(command: LinkCommand): Promise<void>;
  /** Sends producers into the link, with all layers; those that are gone are left out of the answer. */
  pipeOut(command: LinkCommand & { producerIds: string[] }): Promise<{ piped: PipedProducer[] }>;
  /** Takes producers out of the link under the ids that they have at home; answers those that stand. */
  pipeIn(command: LinkCommand & { producers: PipedProducer[] }): Promise<{ producerIds: string[] }>;
  /** Ends pipes at this end of the link, in either direction. */
  unpipe(command: LinkCommand & { producerIds: string[] }): Promise<void>;
  /** Mirrors a piped-in producer's state. */
  setPipedPaused(command: RouterCommand & { producerId: string; paused: boolean }): Promise<void>;
}

export type MediaCommandName = keyof MediaExecutor;

const NAMES = {
  openRouter: true,
  closeRouter: true,
  closeMeeting: true,
  inventory: true,
  closeParticipant: true,
  createTransport: true,
  openFeed: true,
  requestKeyFrames: true,
  connectTransport: true,
  restartIce: true,
  produce: true,
  setProducerPaused: true,
  closeProducer: true,
  consume: true,
  resumeConsumers: true,
  updateViews: true,
  warmProducers: true,
  openLink: true,
  connectLink: true,
  closeLink: true,
  pipeOut: true,
  pipeIn: true,
  unpipe: true,
  setPipedPaused: true,
} as const satisfies Record<MediaCommandName, true>;

export const MEDIA_COMMANDS = Object.keys(NAMES) as MediaCommandName[];

/** An executor that hands every command to `send` as a message. */
export function executorOver(
  send: (name: MediaCommandName, command: Command) => Promise<unknown>,
): MediaExecutor {
  const entries = MEDIA_COMMANDS.map((name) => [name, (command: Command) => send(name, command)]);
  // Every name is there; which answer belongs to which is the other end's promise.
  return Object.fromEntries(entries) as MediaExecutor;
}

/** The other end of `executorOver`: carries out what came as a message. */
export function execute(
  executor: MediaExecutor,
  name: MediaCommandName,
  command: unknown,
): Promise<unknown> {
  return (executor[name] as (command: unknown) => Promise<unknown>).call(executor, command);
}

/** Facts that one router tells of its meeting. */
type RouterFacts = Omit<MediaEvents, 'meeting-reset' | 'participant-moving' | 'stale'> & {
  /** The worker is gone and with it the meeting's router there. */
  'routers-lost': [{ meetingId: string }];
};

/** Something that happened at a router. */
export type RouterFact = {
  [N in keyof RouterFacts]: { name: N; payload: RouterFacts[N][0] };
}[keyof RouterFacts];

/** An event of a node, for the owner of the meeting. */
export type NodeMediaEvent = RouterFact & {
  /** Of the owner whom it is for. */
  epoch: number;
  worker: number;
};
