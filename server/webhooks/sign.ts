import { createHmac } from 'node:crypto';

const PREFIX = 'whsec_';

/**
 * Headers that prove where a webhook comes from and when, as Standard Webhooks has them.
 * @param secrets each signs: receivers take whichever signature they know the secret of
 * @param sentAt milliseconds since the Unix epoch
 */
export function sign(
  secrets: readonly string[],
  { eventId, sentAt, body }: { eventId: string; sentAt: number; body: string },
): Record<string, string> {
  const timestamp = String(Math.floor(sentAt / 1_000));
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
    const content = `${eventId}.${timestamp}.${body}`;
    return `v1,${createHmac('sha256', key).update(content).digest('base64')}`;
  });
  return {
    'webhook-id': eventId,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  };
}
