import { expect, it } from 'vitest';
import {
  assertPushTarget,
  maskedAddress,
  withoutSecrets,
} from '../../../../server/live/push/pushTarget.ts';

const URL_WITH_KEY = 'rtmps://anna:pa%20ss@live.example:443/app/abcd-1234?token=t0ken';

it('shows no more of an address than server and application', () => {
  expect(maskedAddress(URL_WITH_KEY)).toBe('rtmps://live.example:443/app/***');
  expect(maskedAddress('abcd-1234')).toBe('***');
});

it('takes secrets out of what FFmpeg says, however it says them', () => {
  const said = withoutSecrets(
    `${URL_WITH_KEY}: refused\nstream abcd-1234 of anna:pa ss, ?token=t0ken`,
    URL_WITH_KEY,
  );

  expect(said).toBe('***: refused\nstream *** of ***:***, ***');
});

it.each(['http://live.example/a/b', 'abc', '-f', 'file:///etc/passwd', ''])(
  'does not push to %s',
  (url) => {
    expect(() => assertPushTarget({ id: 'a', url })).toThrow(
      expect.objectContaining({ code: 'INVALID_PAYLOAD' }),
    );
  },
);

it('pushes to RTMP, plain or not', () => {
  for (const url of [URL_WITH_KEY, 'rtmp://127.0.0.1:1935/live/x']) {
    expect(() => assertPushTarget({ id: 'a', url })).not.toThrow();
  }
});
