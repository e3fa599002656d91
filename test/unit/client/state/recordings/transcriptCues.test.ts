import { expect, test } from 'vitest';
import { spokenIn } from '../../../../../client/state/recordings/transcriptCues.ts';

test('captions become lines to read, with their voices', () => {
  const cues = [
    { startTime: 1.2, text: '<v.loud Ada Lovelace>Good <i>morning</i>,\neverybody' },
    { startTime: 3, text: 'a &lt; b &amp; <b>c</b> &unknown;' },
  ];
  expect(spokenIn(cues)).toEqual([
    { offsetMs: 1_200, voice: 'Ada Lovelace', text: 'Good morning, everybody' },
    { offsetMs: 3_000, voice: null, text: 'a < b & c &unknown;' },
  ]);
  expect(spokenIn([])).toEqual([]);
});
