import { expect, it } from 'vitest';
import { splitAddress } from '../../../../server/live/push/secretOptions.ts';

it.each([
  ['rtmp://a.example/live/key', 'rtmp://a.example', 'rtmp_app=live\nrtmp_playpath=key\n'],
  [
    'rtmps://a.example:443/app/place/key?auth=x=y/z',
    'rtmps://a.example:443',
    'rtmp_app=app/place\nrtmp_playpath=key?auth=x=y/z\n',
  ],
  ['rtmp://a.example/live', 'rtmp://a.example', 'rtmp_app=live\n'],
  ['rtmp://a.example/live?key=1', 'rtmp://a.example', 'rtmp_app=live?key=1\n'],
  ['rtmp://a.example/live/mp4:a/b', 'rtmp://a.example', 'rtmp_app=live\nrtmp_playpath=mp4:a/b\n'],
  ['rtmp://[::1]:1935', 'rtmp://[::1]:1935', ''],
])('%s shows %s', (url, address, options) => {
  expect(splitAddress(url)).toEqual({ address, options });
});
