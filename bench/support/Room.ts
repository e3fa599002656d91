import { connectGuests, createMeeting, startPublishers } from './meetings.ts';
import type { ParleySession } from './ParleySession.ts';
import type { Publisher } from './Publisher.ts';
import { Subscriber } from './Subscriber.ts';

export const PUBLISHERS = 5;

/** A meeting whose publishers send, and to which subscribers are added, who receive everything. */
export class Room {
  readonly #url: string;
  readonly #meetingId: string;
  readonly #publishing: readonly { session: ParleySession; publisher: Publisher }[];
  readonly #members: { session: ParleySession; subscriber: Subscriber }[] = [];

  static async open(url: string): Promise<Room> {
    const meetingId = await createMeeting(url);
    return new Room(url, meetingId, await startPublishers(url, meetingId, PUBLISHERS));
  }

  private constructor(
    url: string,
    meetingId: string,
    publishing: readonly { session: ParleySession; publisher: Publisher }[],
  ) {
    this.#url = url;
    this.#meetingId = meetingId;
    this.#publishing = publishing;
  }

  get publishers(): Publisher[] {
    return this.#publishing.map(({ publisher }) => publisher);
  }

  get subscribers(): Subscriber[] {
    return this.#members.map(({ subscriber }) => subscriber);
  }

  /** One after another until there are `count` subscribers, each of whom hears every publisher. */
  async growTo(count: number): Promise<void> {
    const meetingId = this.#meetingId;
    const missing = count - this.#members.length;
    for (const session of await connectGuests(this.#url, meetingId, missing)) {
      await session.join();
      const { producerIds } = session;
      const subscriber = await Subscriber.create(session, producerIds);
      const views = producerIds.map((producerId) => ({ producerId, width: 640, height: 360 }));
      await session.request('update-views', { meetingId, views });
      await subscriber.hears(PUBLISHERS);
      this.#members.push({ session, subscriber });
    }
  }

  /** Everybody leaves. */
  async empty(): Promise<void> {
    for (const { publisher } of this.#publishing) publisher.close();
    for (const { subscriber } of this.#members) subscriber.close();
    const all = [...this.#publishing, ...this.#members];
    await Promise.all(all.map(({ session }) => session.leave()));
    this.#members.length = 0;
  }
}
