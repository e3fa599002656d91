import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { inFull } from '../support/extent.ts';
import { bannersOf, watchBanner } from './support/banners.ts';
import { banner, useBreakableNetwork } from './support/breakableNetwork.ts';
import { launchBrowser, Visitor } from './support/Visitor.ts';

/** New addresses work so long after the old ones died. */
const CHANGE_MS = 300;

describe('a meeting whose network breaks', () => {
  const network = useBreakableNetwork();

  inFull('finds a new way for media when the old one dies without a word', async () => {
    const { ada, air, alan, asked, seeEachOther } = network;
    const before = await alan.participantId();
    await watchBanner(alan.page);
    air.silence();
    await eventually(async () => {
      expect(await bannersOf(alan.page)).toContainEqual(
        expect.stringContaining('Finding a new way for sound and picture'),
      );
    }, 30_000);
    await banner(alan).waitFor({ state: 'detached' });
    await banner(ada).waitFor({ state: 'detached' });
    await seeEachOther();
    expect(await alan.participantId()).toBe(before);
    expect(asked).toContain('restart-ice');
    // The same transports: neither built anew nor entered again.
    expect(asked).not.toContain('create-transport');
    expect(asked).not.toContain('join-meeting');
  });

  it('comes back when its address changes and neither connection is told', async () => {
    const { air, alan, asked, cable, seeEachOther } = network;
    const before = await alan.participantId();
    cable.silence();
    air.silence();
    const changed = sleep(CHANGE_MS).then(() => cable.restore());
    await eventually(() => expect(asked).toContain('resume-meeting'));
    await changed;
    await banner(alan).waitFor({ state: 'detached' });
    await seeEachOther();
    expect(await alan.participantId()).toBe(before);
    expect(asked).not.toContain('join-meeting');
  });

  it('can be left while it looks for the way back', async () => {
    const { alan, cable } = network;
    cable.cut();
    await banner(alan).getByRole('button', { name: 'Leave' }).click();
    await alan.page.getByText('You left the meeting').waitFor();
  });

  it('says that the microphone is gone when its permission is withdrawn, and takes it back', async () => {
    const { ada, alan, browser, cable, seeEachOther } = network;
    const origin = new URL(cable.url).origin;
    const microphone = { name: 'microphone' };
    const devtools = await browser.newBrowserCDPSession();
    const { targetInfos } = await devtools.send('Target.getTargets');
    const { browserContextId } =
      targetInfos.find(({ url }) => url.startsWith(origin)) ?? expect.fail('no page of Alan');
    const decide = (setting: 'denied' | 'granted') =>
      devtools.send('Browser.setPermission', {
        permission: microphone,
        setting,
        origin,
        ...(browserContextId !== undefined && { browserContextId }),
      });
    await decide('denied');
    await alan.page.getByText('The browser does not let the page use your microphone').waitFor();
    await alan.button('Turn on microphone').waitFor();
    await ada
      .tile(await alan.participantId())
      .getByTitle('Microphone off')
      .waitFor();
    await decide('granted');
    await alan.page.getByText('The microphone works again').waitFor();
    await alan.button('Turn off microphone').waitFor();
    await seeEachOther();
  });

  inFull('leaves its own path alone when somebody else falls silent', async () => {
    const { alan, asked, server } = network;
    const doomed = await launchBrowser();
    const grace = await Visitor.open(doomed, server.url);
    await grace.signUp('Grace Hopper');
    const other = await grace.startMeeting();
    const graceId = await grace.participantId();
    await alan.button('Leave').click();
    await alan.joinAsGuest(other, 'Alan');
    await alan.seesAndHears([graceId]);
    // Nothing of his own that the server would acknowledge.
    await alan.button('Turn off camera').click();
    await alan.button('Turn off microphone').click();
    await alan.button('Turn on microphone').waitFor();
    asked.length = 0;
    const crash = await doomed.newBrowserCDPSession();
    await crash.send('Browser.crash').catch(() => undefined);
    await alan.tile(graceId).getByText('Reconnecting…').waitFor();
    await alan.tile(graceId).waitFor({ state: 'detached' });
    expect(asked).not.toContain('restart-ice');
    expect(await banner(alan).isVisible()).toBe(false);
  });
});
