import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { webhookEvent, type WebhookEvent, type WebhookEventType } from '../../protocol/webhooks.ts';

export interface ReceivedWebhook {
  id: string;
  headers: IncomingHttpHeaders;
  body: string;
  event: WebhookEvent;
}

/** What becomes of a request, given how many there were of its event before. */
type Answer = (response: ServerResponse, received: ReceivedWebhook, earlier: number) => void;

const accept: Answer = (response) => response.writeHead(204).end();

/**
 * Somebody else's server that is told what happens: it checks every signature as the library of the
 * standard does, and every body against its schema. What does not fit is refused and kept in `wrong`.
 */
export class WebhookReceiver {
  static readonly SECRET = `whsec_${Buffer.from('a-secret-of-thirty-two-bytes-yes').toString('base64')}`;

  readonly url: string;
  /** Accepted, in the order of their arrival. */
  readonly received: ReceivedWebhook[] = [];
  /** Every request with a good signature, whatever it was answered. */
  readonly attempts: ReceivedWebhook[] = [];
  readonly wrong: unknown[] = [];
  answer = accept;
  readonly #server: Server;

  static async start(): Promise<WebhookReceiver> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new WebhookReceiver(server);
  }

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`;
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString();
        try {
          this.#take(request.headers, body, response);
        } catch (error) {
          this.wrong.push(error);
          response.writeHead(400).end();
        }
      });
    });
  }

  /** Configuration of a server that tells this one. */
  env(options: Record<string, unknown> = {}): Record<string, string> {
    const endpoint = { url: this.url, secret: WebhookReceiver.SECRET, ...options };
    return { PARLEY_WEBHOOKS_ENDPOINTS: JSON.stringify([endpoint]) };
  }

  /** Types of what arrived about a meeting, in the order in which it happened. */
  typesOf(meetingId: string): WebhookEventType[] {
    return this.of(meetingId).map(({ event }) => event.type);
  }

  /** What arrived about a meeting. */
  of(meetingId: string): ReceivedWebhook[] {
    return this.received.filter(({ event }) => event.data.meeting.id === meetingId);
  }

  /** Accepts everything from now on. */
  acceptAll(): void {
    this.answer = accept;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #take(headers: IncomingHttpHeaders, body: string, response: ServerResponse): void {
    const flat = Object.fromEntries(
      Object.entries(headers).flatMap(([name, value]) =>
        typeof value === 'string' ? [[name, value]] : [],
      ),
    );
    const event = webhookEvent.parse(new Webhook(WebhookReceiver.SECRET).verify(body, flat));
    const id = flat['webhook-id'] ?? '';
    const received = { id, headers, body, event };
    const earlier = this.attempts.filter((one) => one.id === id).length;
    this.attempts.push(received);
    this.answer(response, received, earlier);
    if (response.statusCode === 204 && response.writableEnded) this.received.push(received);
  }
}
