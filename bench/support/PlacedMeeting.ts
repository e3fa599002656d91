import type { RtpCapabilities } from '../../protocol/rtp.ts';
import { createLogger } from '../../server/core/logger.ts';
import { MediaCascade } from '../../server/media/cascade/MediaCascade.ts';
import type { Place } from '../../server/media/cascade/placement.ts';
import { MediaNode } from '../../server/media/MediaNode.ts';
import { CascadeBot } from '../../test/support/CascadeBot.ts';
import { MediaNodesInProcess } from '../../test/support/MediaNodesInProcess.ts';
import { cpuSeconds } from './processes.ts';
import { Publisher } from './Publisher.ts';
import { Subscriber } from './Subscriber.ts';

const OWNER = 'owner';
const MEETING = 'bench';
/** Nothing is tidied away while something is measured. */
const LONG_MS = 600_000;
const MAX_BITRATE = 100_000_000;
const logger = createLogger('silent', 'json');

/** One meeting on real workers whose people are put where the benchmark wants them; no signaling. */
export class PlacedMeeting {
  readonly #nodes: ReadonlyMap<string, MediaNode>;
  readonly #links: MediaNodesInProcess;
  readonly #cascade: MediaCascade;
  readonly #endpoints: (Publisher | Subscriber)[] = [];
  #rtpCapabilities: RtpCapabilities = { codecs: [], headerExtensions: [] };
  #next: Place;

  /** @param workers how many each node has, by the node's name; the first of the first is the meeting's home */
  static async open(workers: Readonly<Record<string, number>>): Promise<PlacedMeeting> {
    const nodes = new Map<string, MediaNode>();
    for (const [nodeId, count] of Object.entries(workers)) {
      nodes.set(nodeId, await createNode(count));
    }
    const [home = ''] = nodes.keys();
    const meeting = new PlacedMeeting(nodes, { nodeId: home, worker: 0 });
    await meeting.#open();
    return meeting;
  }

  private constructor(nodes: ReadonlyMap<string, MediaNode>, home: Place) {
    this.#nodes = nodes;
    this.#next = home;
    this.#links = new MediaNodesInProcess(OWNER, nodes);
    this.#cascade = new MediaCascade({
      nodes: this.#links,
      owner: OWNER,
      logger,
      pipeIdleMs: LONG_MS,
      placement: () => this.#next,
    });
  }

  async publish(place: Place): Promise<Publisher> {
    const publisher = await Publisher.create(this.#bot(place));
    this.#endpoints.push(publisher);
    return publisher;
  }

  async subscribe(place: Place, producerIds: readonly string[]): Promise<Subscriber> {
    const subscriber = await Subscriber.create(this.#bot(place), producerIds);
    this.#endpoints.push(subscriber);
    await subscriber.hears(producerIds.length);
    return subscriber;
  }

  /** CPU that all workers have used so far. */
  workerSeconds(): number {
    const workers = [...this.#nodes.values()].flatMap((node) => node.workers);
    return workers.reduce((sum, { pid }) => sum + cpuSeconds(pid), 0);
  }

  async close(): Promise<void> {
    for (const endpoint of this.#endpoints) endpoint.close();
    await this.#cascade.closeMeeting(MEETING);
    this.#cascade.close();
    this.#links.close();
    for (const node of this.#nodes.values()) node.close();
  }

  async #open(): Promise<void> {
    const { rtpCapabilities } = await this.#cascade.openMeeting(MEETING, 1);
    this.#rtpCapabilities = rtpCapabilities;
  }

  #bot(place: Place): CascadeBot {
    this.#next = place;
    const id = `bot-${this.#endpoints.length}`;
    return new CascadeBot(this.#cascade, MEETING, id, this.#rtpCapabilities);
  }
}

function createNode(workers: number): Promise<MediaNode> {
  return MediaNode.create(
    {
      workers: { count: workers, listen: [{ ip: '127.0.0.1' }], basePort: 0, logLevel: 'none' },
      videoCodecs: ['VP8'],
      initialOutgoingBitrate: MAX_BITRATE,
      maxIncomingBitrate: MAX_BITRATE,
      maxOutgoingBitrate: MAX_BITRATE,
      consumerStaleMs: LONG_MS,
    },
    logger,
  );
}
