import type { Browser } from 'playwright-core';
import { afterEach, beforeEach, inject, onTestFailed } from 'vitest';
import { ClusterOfProcesses } from '../../support/ClusterOfProcesses.ts';
import type { NodeProcess } from '../../support/NodeProcess.ts';
import { TcpProxy } from '../../support/TcpProxy.ts';
import { SMALL_PICTURES } from './smallPictures.ts';
import { launchBrowser, Visitor, type BrowserOptions } from './Visitor.ts';

/** Ada and Alan in a meeting on a cluster of their own, for each test: each at another signaling node. */
export function useClusterMeeting(browserOptions: BrowserOptions = {}) {
  let cluster: ClusterOfProcesses;
  let browser: Browser;
  let owner: NodeProcess;
  let other: NodeProcess;
  let address: TcpProxy;
  let ada: Visitor;
  let alan: Visitor;

  beforeEach(async () => {
    cluster = await ClusterOfProcesses.start(inject('postgres'), { env: SMALL_PICTURES });
    onTestFailed(() => {
      process.stderr.write(`${cluster.logs}\n`);
    });
    const [one, two] = cluster.signaling;
    if (!one || !two) throw new Error('there are two signaling nodes');
    [owner, other] = [one, two];
    browser = await launchBrowser(browserOptions);
    address = await TcpProxy.start(Number(new URL(owner.url).port));
    ada = await Visitor.open(browser, address.url);
    alan = await Visitor.open(browser, other.url);
    await ada.signUp('Ada Lovelace');
    const path = await ada.startMeeting();
    await alan.joinAsGuest(path, 'Alan');
    await seeEachOther();
  });
  afterEach(async () => {
    await browser.close();
    address.close();
    await cluster.close();
  });

  async function seeEachOther(): Promise<void> {
    const [first, second] = [await ada.participantId(), await alan.participantId()];
    await Promise.all([ada.seesAndHears([second]), alan.seesAndHears([first])]);
  }

  return {
    get cluster() {
      return cluster;
    },
    /** Owns the meeting; Ada came to it. */
    get owner() {
      return owner;
    },
    get other() {
      return other;
    },
    /** Where Ada finds a signaling node. */
    get address() {
      return address;
    },
    get ada() {
      return ada;
    },
    get alan() {
      return alan;
    },
    seeEachOther,
  };
}
