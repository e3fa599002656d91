import { describe, expect, it } from 'vitest';
import { entryOf, logsOf } from '../../support/calls.ts';
import { useAdaAndBob } from '../support/adaAndBob.ts';
import {
  acquaint,
  longestSilence,
  openCaller,
  ringFromPage,
  seesAndHearsOther,
  watchSound,
} from '../support/callers.ts';
import { arrangements, ONE_WORKER } from '../support/hosting.ts';

describe.each(arrangements([ONE_WORKER]))('a call of two $where', ({ start }) => {
  const two = useAdaAndBob(start);

  it('goes on over the server with a third person, and nobody is unheard for a second', async () => {
    const { ada, bob, browser, server } = two;
    const cat = await openCaller(browser, server.entrance(), 'Cat Stevens');
    await acquaint(server.url, cat, bob);
    await ringFromPage(bob, ada);
    await ada.visitor.button('Answer with video').click();
    await Promise.all([seesAndHearsOther(ada), seesAndHearsOther(bob)]);
    await Promise.all([watchSound(ada), watchSound(bob)]);
    await bob.visitor.button('Add person').click();
    await bob.visitor.button('Add: Cat Stevens').click();
    await cat.visitor.page.getByText('Bob Kahn asks you into a call').waitFor();
    await cat.visitor.page.getByTestId('call').getByRole('button', { name: 'Join' }).click();
    const all = [ada, bob, cat];
    await Promise.all(all.map(({ visitor }) => visitor.stage.waitFor()));
    await Promise.all(
      [ada, bob].map(({ visitor }) =>
        visitor.page.getByTestId('call').waitFor({ state: 'detached' }),
      ),
    );
    const ids = await Promise.all(all.map(({ visitor }) => visitor.participantId()));
    await Promise.all(
      all.map(({ visitor }, index) => visitor.seesAndHears(ids.filter((_, at) => at !== index))),
    );
    for (const one of [ada, bob]) {
      expect(await longestSilence(one), one.name).toBeLessThan(1_000);
    }
    const { entries } = await logsOf(server, cat);
    const invitation = entries.find(({ reason }) => reason === 'moved');
    expect(await entryOf(server, cat, invitation?.callId ?? '')).toMatchObject({
      ...{ outcome: 'answered', direction: 'incoming' },
    });
    await cat.visitor.close();
  });
});
