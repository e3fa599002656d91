import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import { sign } from '../../../../server/webhooks/sign.ts';

const secretOf = (text: string): string => `whsec_${Buffer.from(text).toString('base64')}`;
const CURRENT = secretOf('the-current-secret-of-this-server');
const PREVIOUS = secretOf('the-secret-that-was-there-before!');
const body = '{"type":"meeting.started","title":"Grüße 👋"}';

test('the library of the standard takes what is signed, and nothing else', () => {
  const headers = sign([CURRENT], { eventId: 'msg_1', sentAt: Date.now(), body });
  expect(new Webhook(CURRENT).verify(body, headers)).toEqual(JSON.parse(body));
  expect(() => new Webhook(PREVIOUS).verify(body, headers)).toThrow('No matching signature');
  expect(() => new Webhook(CURRENT).verify(`${body} `, headers)).toThrow('No matching signature');
  const renamed = { ...headers, 'webhook-id': 'msg_2' };
  expect(() => new Webhook(CURRENT).verify(body, renamed)).toThrow('No matching signature');
});

test('it is what the standard prints as its example', () => {
  // https://github.com/standard-webhooks/standard-webhooks, the test vector of its libraries.
  const headers = sign(['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'], {
    eventId: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    sentAt: 1_614_265_330_999,
    body: '{"test": 2432232314}',
  });
  expect(headers).toEqual({
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  });
});

test('receivers may know either secret while they change over', () => {
  const headers = sign([CURRENT, PREVIOUS], { eventId: 'msg_1', sentAt: Date.now(), body });
  for (const secret of [CURRENT, PREVIOUS]) {
    expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body));
  }
});

test('what is too old to be believed is refused', () => {
  const sentAt = Date.now() - 600_000;
  const headers = sign([CURRENT], { eventId: 'msg_1', sentAt, body });
  expect(() => new Webhook(CURRENT).verify(body, headers)).toThrow('timestamp too old');
});
