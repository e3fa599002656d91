import { expect, test } from 'vitest';
import { parseLiveFile } from '../../../../server/live/liveFileNames.ts';

test('knows playlists and segments', () => {
  expect(parseLiveFile('master.m3u8')).toEqual({
    ...{ kind: 'playlist', name: 'master.m3u8', rendition: null },
  });
  expect(parseLiveFile('audio/index.m3u8')).toMatchObject({ kind: 'playlist', rendition: 'audio' });
  expect(parseLiveFile('720p/885812345.ts')).toEqual({
    ...{ kind: 'segment', name: '720p/885812345.ts', rendition: '720p', sequence: 885812345 },
  });
});

test.each([
  ...['', '/', 'index.m3u8', '480p/index.m3u8', '720p/master.m3u8', 'master.m3u8/', '/master.m3u8'],
  ...['720p/01.ts', '720p/-1.ts', '720p/1.5.ts', '720p/1e3.ts', '720p/9999999999999999.ts'],
  ...['720p/../master.m3u8', '../720p/1.ts', '720p/1.ts/..', '720p//1.ts', '720p\\1.ts'],
  ...[
    '720p/%31.ts',
    '%2e%2e/master.m3u8',
    '720p%2F1.ts',
    '720p/1.ts\n',
    '720p/1.ts\0',
    '720P/1.ts',
  ],
])('%j is no file of a room', (name) => {
  expect(parseLiveFile(name)).toBeNull();
});
