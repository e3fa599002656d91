import type { Knex } from 'knex';

/** Remembers whose place in the queue has ended by being turned away. */
export async function keepDenials(
  transaction: Knex.Transaction,
  meetingId: string,
  people: readonly { participant_id: string | null }[],
): Promise<void> {
  const rows = people.flatMap(({ participant_id }) =>
    participant_id === null ? [] : [{ meeting_id: meetingId, participant_id }],
  );
  if (rows.length === 0) return;
  await transaction('denials').insert(rows).onConflict(['meeting_id', 'participant_id']).ignore();
}
