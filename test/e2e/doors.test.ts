import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { call, createMeeting, join, signUp, type Person } from '../support/people.ts';
import { arrangements, ONE_WORKER, type Host } from './support/hosting.ts';
import { SMALL_PICTURES } from './support/smallPictures.ts';
import { launchBrowser, Visitor } from './support/Visitor.ts';

describe.each(arrangements([ONE_WORKER]))('the way into a meeting $where', ({ start }) => {
  let server: Host;
  let browser: Browser;
  let host: Person;
  let guest: Visitor;

  beforeAll(async () => {
    server = await start(SMALL_PICTURES);
    browser = await launchBrowser();
    host = await signUp(server, 'Hedy Lamarr');
    guest = await Visitor.open(browser, server.entrance());
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  const refusal = (code: string) => guest.page.locator(`[data-code="${code}"]`);

  async function knock(code: string): Promise<void> {
    await guest.comeTo(`/m/${code}`, 'Guest');
    await guest.page.getByTestId('join-button').click();
  }

  it('asks for a passcode, says that one is wrong, and opens for the right one', async () => {
    const { code } = await createMeeting(server, host, { passcode: 'open sesame' });
    await guest.comeTo(`/m/${code}`, 'Guest');
    await guest.page.getByTestId('passcode').fill('open barley');
    await guest.page.getByTestId('join-button').click();
    await refusal('PASSCODE_WRONG').getByText('That is not the passcode').waitFor();
    await guest.page.getByTestId('passcode').fill('open sesame');
    await guest.enter();
    await guest.button('Leave').click();
  });

  it('says that a meeting is full, and lets in when there is room', async () => {
    const { code, id } = await createMeeting(server, host, { capacity: 2 });
    const first = await join(server, host, id);
    const second = await join(server, await signUp(server), id);
    await knock(code);
    await refusal('FULL').waitFor();
    await second.request('leave-meeting', { meetingId: id });
    await guest.enter();
    await guest.button('Leave').click();
    first.close();
    second.close();
  });

  it('says that a meeting is locked', async () => {
    const { code, id } = await createMeeting(server, host);
    const params = { idOrCode: id };
    await call(server, 'updateMeeting', { token: host.token, params, body: { locked: true } });
    await knock(code);
    await refusal('LOCKED').waitFor();
  });

  it('says that a meeting is over, and does not offer to join', async () => {
    const { code, id } = await createMeeting(server, host);
    await call(server, 'endMeeting', { token: host.token, params: { idOrCode: id } });
    await guest.page.goto(`/m/${code}`);
    await refusal('ENDED').waitFor();
    await guest.page.getByTestId('join-button').waitFor({ state: 'detached' });
  });

  it('says that there is no such meeting', async () => {
    await guest.page.goto('/m/bcd-fgh-jkm');
    await refusal('NOT_FOUND').waitFor();
  });

  it('sends guests to sign in where only accounts may enter', async () => {
    const { code } = await createMeeting(server, host, { access: 'members' });
    await knock(code);
    await refusal('GUESTS_NOT_ALLOWED').getByRole('link', { name: 'Sign in' }).click();
    await guest.page.getByRole('heading', { name: 'Welcome back' }).waitFor();
  });

  it('shows when a meeting begins', async () => {
    const startsAt = new Date(Date.now() + 86_400_000).toISOString();
    const { code } = await createMeeting(server, host, { startsAt });
    await knock(code);
    await guest.page.getByText(/^This meeting starts/).waitFor();
  });

  it('explains a wrong password and keeps what was typed', async () => {
    await guest.page.goto('/sign-in');
    await guest.page.getByLabel('Email').fill('nobody@example.org');
    await guest.page.getByLabel('Password').fill('not this one');
    await guest.button('Sign in').click();
    await refusal('UNAUTHENTICATED').getByText('Email and password do not match').waitFor();
    await guest.page.getByRole('textbox', { name: 'Email' }).waitFor();
  });

  it('says that the server is away, and goes on when it is back', async () => {
    const member = await Visitor.open(browser, server.entrance());
    await member.signUp('Ada Lovelace');
    await member.page.route('**/api/users/me', (route) => route.abort());
    await member.page.reload();
    await member.page.locator('[data-code="OFFLINE"]').waitFor();
    await member.page.unroute('**/api/users/me');
    await member.button('Try again').click();
    await member.button('Start now').waitFor();
    await member.context.close();
  });

  it('tells a browser that cannot do calls before it has joined', async () => {
    const old = await Visitor.open(browser, server.entrance());
    await old.page.addInitScript(() => Reflect.deleteProperty(globalThis, 'RTCPeerConnection'));
    const { code } = await createMeeting(server, host);
    await old.page.goto(`/m/${code}`);
    await old.page.locator('[data-code="BROWSER_UNSUPPORTED"]').waitFor();
    await old.page.getByTestId('join-button').waitFor({ state: 'detached' });
    await old.context.close();
  });

  it('lets people in without any device', async () => {
    const bare = await launchBrowser({ fakeDevices: false });
    const visitor = await Visitor.open(bare, server.entrance());
    const { code } = await createMeeting(server, host);
    await visitor.comeTo(`/m/${code}`, 'No Camera');
    await visitor.page.locator('[data-problem]').first().waitFor();
    await visitor.enter();
    await visitor.button('Turn on microphone').waitFor();
    await bare.close();
  });
});
