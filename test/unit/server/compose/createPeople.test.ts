import { expect, it } from 'vitest';
import { showPicture } from '../../../../server/compose/createPeople.ts';

it('a meeting that cannot be asked keeps no other from showing a new picture', async () => {
  const asked: string[] = [];
  const warned: unknown[] = [];
  await showPicture('ada', {
    profiles: { meetingsWith: () => Promise.resolve(['lost', 'there', 'also there']) },
    owners: {
      ask: (meetingId) => {
        asked.push(meetingId);
        return meetingId === 'lost'
          ? Promise.reject(new Error('no answer'))
          : Promise.resolve(null);
      },
    },
    logger: { warn: (context: unknown) => warned.push(context) },
  });
  expect(asked).toEqual(['lost', 'there', 'also there']);
  expect(warned).toMatchObject([{ userId: 'ada', meetingId: 'lost' }]);
});
