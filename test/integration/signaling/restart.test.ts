import { afterEach, describe, expect, inject, it } from 'vitest';
import { ParleyProcess } from '../../../bench/support/ParleyProcess.ts';
import { databaseEnv, EDGE_BACKENDS } from '../../support/backends.ts';
import { copyEmbeddedDatabase } from '../../support/embeddedDatabase.ts';
import {
  createMeeting,
  enterAsGuest,
  join,
  signUp,
  type Joined,
  type Person,
} from '../../support/people.ts';

describe.each(EDGE_BACKENDS)('a server that is killed, on %s', (backend) => {
  let server: ParleyProcess;
  afterEach(() => server.stop());

  it('has queue, admissions, roles, bans, names and locks as they were when it is back', async () => {
    server = await ParleyProcess.start(await databaseEnv(backend), async (dataDir) => {
      if (backend === 'PGlite') await copyEmbeddedDatabase(inject('embeddedDatabase'), dataDir);
    });
    const [ada, alan, edsger, eve] = await Promise.all(
      ['Ada', 'Alan', 'Edsger', 'Eve'].map((name) => signUp(server, name)),
    );
    if (!ada || !alan || !edsger || !eve) throw new Error('not everybody is here');
    const { id: meetingId } = await createMeeting(server, ada, { waitingRoom: true, capacity: 9 });
    const device = (person: Person) => ({ deviceId: `of-${person.userId}` });
    const come = (person: Person) => join(server, person, meetingId, device(person));

    const host = await come(ada);
    const grace = await enterAsGuest(server, meetingId, 'Grace');
    const ken = await enterAsGuest(server, meetingId, 'Ken');
    const inside: Joined[] = [];
    for (const person of [alan, edsger, grace]) {
      const asks = await come(person);
      await host.request('admit-participant', { meetingId, participantId: asks.participantId });
      inside.push(asks);
    }
    const [alans, edsgers, graces] = inside;
    const idOf = (client: Joined | undefined) => client?.participantId ?? '';
    await host.request('assign-role', { meetingId, participantId: idOf(edsgers), role: 'cohost' });
    await host.request('assign-role', { meetingId, participantId: idOf(alans), role: 'host' });
    await host.request('rename-participant', {
      ...{ meetingId, participantId: idOf(graces), name: 'Admiral Hopper' },
    });
    const pest = await come(eve);
    await host.request('deny-participant', {
      ...{ meetingId, participantId: pest.participantId, ban: true },
    });
    const waits = await come(ken);
    const away = await enterAsGuest(server, meetingId, 'Barbara');
    const gone = await come(away);
    gone.cut();
    await host.next('participant-waiting', ({ participant }) => {
      return participant.connection === 'reconnecting';
    });
    await host.request('admit-participant', { meetingId, participantId: gone.participantId });
    await host.request('message-waiting-room', { meetingId, message: 'Soon.' });
    await host.request('update-meeting', { meetingId, locked: true });

    await server.crash();

    // Back in no order, to a meeting that is locked and has a waiting room.
    const [back, ofEdsger, ofGrace, ofAda, ofBarbara] = await Promise.all(
      [alan, edsger, grace, ada, away].map(come),
    );
    for (const client of [back, ofEdsger, ofGrace, ofAda, ofBarbara]) {
      expect(client?.status).toBe('joined');
    }
    expect(ofBarbara?.participantId).toBe(gone.participantId);
    const { participants } = await (await come(alan)).next('meeting-joined');
    expect(Object.fromEntries(participants.map(({ name, role }) => [name, role]))).toEqual({
      ...{ Ada: 'cohost', Alan: 'host', Edsger: 'cohost' },
      ...{ 'Admiral Hopper': 'guest', Barbara: 'guest' },
    });

    const again = await come(ken);
    expect(again).toMatchObject({ status: 'waiting', participantId: waits.participantId });
    expect(await again.next('waiting-room-entered')).toMatchObject({
      ...{ position: 1, message: 'Soon.' },
    });
    await expect(come(eve)).rejects.toMatchObject({ code: 'BANNED' });
    const stranger = await signUp(server, 'Stranger');
    await expect(come(stranger)).rejects.toMatchObject({ code: 'LOCKED' });
    const { entries } = await (ofAda as Joined).request('list-audit', { meetingId, limit: 3 });
    expect(entries.map(({ action }) => action)).toEqual([
      ...['settings-changed', 'admitted', 'banned'],
    ]);
  });
});
