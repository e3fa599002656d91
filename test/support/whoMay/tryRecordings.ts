import { call, type Person } from '../people.ts';
import { answerOf, shown } from './attempts.ts';
import type { Stage } from './cast.ts';
import type { Answer, RECORDINGS } from './tables.ts';

/** A meeting with a recording that can be played. */
export interface Recorded {
  meetingId: string;
  host: Person;
  /** That is over, and ready. */
  recordingId: string;
}

/** Tries every cell of a row: what `person` may do with the recordings of somebody's meeting. */
export async function tryRecordings(
  { server }: Pick<Stage, 'server'>,
  { token }: Person,
  { meetingId, host, recordingId }: Recorded,
): Promise<Record<keyof typeof RECORDINGS.columns, Answer>> {
  const inMeeting = { params: { idOrCode: meetingId }, body: {} };
  const start = await answerOf(call(server, 'startRecording', { token, ...inMeeting }));
  // While one goes on the answer is that one.
  const { recording } = await call(server, 'startRecording', { token: host.token, ...inMeeting });
  const going = { params: { recordingId: recording.id } };
  const over = { token, params: { recordingId } };

  const follow = await answerOf(call(server, 'readRecording', { token, ...going }));
  const stop = await answerOf(call(server, 'stopRecording', { token, ...going }));
  await call(server, 'stopRecording', { token: host.token, ...going });
  const answers = {
    ...{ start, follow, stop },
    list: await shown(call(server, 'listRecordings', { token }), ({ recordings }) =>
      recordings.some(({ id }) => id === recordingId),
    ),
    read: await answerOf(call(server, 'readRecording', over)),
    open: await answerOf(call(server, 'openRecording', over)),
    rename: await answerOf(call(server, 'renameRecording', { ...over, body: { title: 'Talk' } })),
    share: await answerOf(call(server, 'shareRecording', { ...over, body: {} })),
    links: await answerOf(call(server, 'listRecordingShares', over)),
    'end a link': await answerOf(endLink({ server }, over)),
    remove: await answerOf(call(server, 'removeRecording', { token, ...going })),
  };
  if (answers.remove !== 'yes') {
    await call(server, 'removeRecording', { token: host.token, ...going });
  }
  return answers;
}

function endLink(
  { server }: Pick<Stage, 'server'>,
  { token, params }: { token: string; params: { recordingId: string } },
): Promise<unknown> {
  const asked = { token, params: { ...params, shareId: 'none' } };
  return call(server, 'revokeRecordingShare', asked);
}
