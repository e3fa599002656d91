import { describe, expect, test } from 'vitest';
import { RestClient } from '../../../../client/api/RestClient.ts';

interface Call {
  url: string;
  init: RequestInit;
}

/** A client whose calls are kept and answered by `answer`. */
function clientAnswering(answer: () => Response, token: string | null = 'a-token') {
  const calls: Call[] = [];
  const fetchNothing: typeof fetch = (input, init = {}) => {
    calls.push({ url: input instanceof Request ? input.url : String(input), init });
    return new Promise((resolve) => resolve(answer()));
  };
  return { rest: new RestClient(() => token, fetchNothing), calls };
}

const SESSION = { token: 't', user: { id: 'u1', email: 'ann@example.org', name: 'Ann' } };

describe('RestClient', () => {
  test('sends the body and answers the parsed response', async () => {
    const { rest, calls } = clientAnswering(() => Response.json(SESSION, { status: 201 }));
    const body = { email: 'ann@example.org', name: 'Ann', password: 'long enough to pass' };
    await expect(rest.call('signup', { body })).resolves.toEqual(SESSION);
    expect(calls[0]?.url).toBe('/api/auth/signup');
    expect(calls[0]?.init.method).toBe('POST');
    expect(calls[0]?.init.body).toBe(JSON.stringify(body));
  });

  test('shows the token where a route takes one, and only there', async () => {
    const { rest, calls } = clientAnswering(() => Response.json(SESSION));
    await rest.call('login', { body: { email: 'ann@example.org', password: 'x' } });
    await rest.call('me').catch(() => undefined);
    const tokens = calls.map(({ init }) => new Headers(init.headers).get('authorization'));
    expect(tokens).toEqual([null, 'Bearer a-token']);
  });

  test('fills the path and the query', async () => {
    const { rest, calls } = clientAnswering(() => Response.json({ meetings: [], next: null }));
    await rest.call('listMeetings', { query: { limit: '5', before: 'a/b' } });
    await rest.call('readMeeting', { params: { idOrCode: 'a/b' } }).catch(() => undefined);
    expect(calls.map(({ url }) => url)).toEqual([
      '/api/meetings?limit=5&before=a%2Fb',
      '/api/meetings/a%2Fb',
    ]);
  });

  test('throws a refusal with its code, details and waiting time', async () => {
    const error = {
      code: 'RATE_LIMITED',
      message: 'Too many.',
      details: { of: 'logins' },
      retryAfterMs: 900,
    };
    const { rest } = clientAnswering(() => Response.json({ error }, { status: 429 }));
    await expect(rest.call('me')).rejects.toMatchObject(error);
  });

  test('takes a proxy that cannot reach the server for being offline', async () => {
    const { rest } = clientAnswering(() => new Response('<h1>Bad gateway</h1>', { status: 502 }));
    await expect(rest.call('me')).rejects.toMatchObject({ code: 'OFFLINE' });
  });

  test('does not pass on codes that are not of the contract', async () => {
    const { rest } = clientAnswering(() =>
      Response.json({ error: { code: 'TEAPOT', message: '' } }, { status: 418 }),
    );
    await expect(rest.call('me')).rejects.toMatchObject({ code: 'INTERNAL' });
  });

  test.each([
    ['OFFLINE', new TypeError('fetch failed')],
    ['TIMEOUT', new DOMException('The operation timed out.', 'TimeoutError')],
  ])('tells %s from the way fetch fails', async (code, failure) => {
    const { rest } = clientAnswering(() => {
      throw failure;
    });
    await expect(rest.call('me')).rejects.toMatchObject({ code });
  });
});
