import { expect, it } from 'vitest';
import { checkFfmpeg } from '../../../../provision/doctor/ffmpeg.ts';

it('warns where no FFmpeg is, and says how to get one', async () => {
  expect(await checkFfmpeg('/nowhere/ffmpeg')).toEqual({
    level: 'warning',
    subject: 'FFmpeg',
    message:
      'Live rooms need FFmpeg 5.1 or newer; /nowhere/ffmpeg cannot be used: there is no such program.',
    advice: 'Install it (Debian: apt-get install -y --no-install-recommends ffmpeg).',
  });
});

it('warns of what is no FFmpeg', async () => {
  expect(await checkFfmpeg(process.execPath)).toMatchObject({ level: 'warning' });
});
