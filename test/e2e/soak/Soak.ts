import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../support/eventually.ts';
import { Random } from '../../support/Random.ts';
import type { Whom } from './Attendee.ts';
import { FAULT_NAMES, FAULTS, type Fault, type FaultName } from './faults.ts';
import { checkMedia, checkNodes, checkRedis } from './inventory.ts';
import { STUTTER_MS, type Sight } from './Onlooker.ts';
import { Stage } from './Stage.ts';
import { Violation } from './Violation.ts';

export interface SoakOptions {
  seed: number;
  /** Ends after the fault during which this is over. */
  durationMs?: number;
  /** These instead of all. Without a duration each comes once, in this order; else they are dealt again and again by the seed. */
  faults?: readonly FaultName[];
  /** By how much this machine may be slower than one that the targets are for. */
  slack?: number;
  say: (line: string) => void;
}

export interface Measured {
  fault: FaultName;
  /** Milliseconds until pictures were back, or until everybody was answered. */
  recoveryMs: number;
  /** Longest pause of pictures. */
  gapMs: number;
  /** Milliseconds from the end of the fault until everything was as it should be. */
  settledMs: number;
}

const MAX_STRIKES = 3;
const SETTLE_MS = 15_000;
const BEFORE_MS = 1_000;
/** Before a fault, the last picture was shown at most so long ago: pauses that began earlier are not its. */
const LAST_PICTURE_MS = 200;
/** So long at least pictures are awaited whose pause may begin late. */
const PAUSE_BEGINS_MS = 1_000;
/** Nothing is worth waiting for longer. */
const PATIENCE_MS = 60_000;

/** Breaks a cluster again and again while people meet in it, and looks whether everything holds that is promised. */
export class Soak {
  readonly measured: Measured[] = [];
  readonly #stage: Stage;
  readonly #options: SoakOptions;
  readonly #random: Random;
  readonly #slack: number;
  readonly #startedAt = Date.now();

  /** @throws Violation, or Error of what did not recover */
  static async run(options: SoakOptions): Promise<readonly Measured[]> {
    const stage = await Stage.start(options.seed);
    const soak = new Soak(stage, options);
    try {
      await soak.#run();
    } catch (error) {
      for (const { name, log } of stage.cluster.nodes)
        options.say(`--- ${name}\n${log.join('\n')}`);
      for (const { code, attempts } of stage.traffic) {
        options.say(`--- people of ${code}\n${attempts.join('\n')}`);
      }
      throw error;
    } finally {
      await stage.close();
    }
    return soak.measured;
  }

  private constructor(stage: Stage, options: SoakOptions) {
    this.#stage = stage;
    this.#options = options;
    this.#random = new Random(options.seed);
    this.#slack = options.slack ?? 1;
  }

  async #run(): Promise<void> {
    await this.#settle();
    this.#say('everything is as it should be');
    for (const name of this.#schedule()) {
      await this.#strikeUntilClear(name);
    }
    if (this.#stage.epochs.seen === 0) throw new Error('no media node has told its owners');
  }

  *#schedule(): Generator<FaultName> {
    const { faults = FAULT_NAMES, durationMs } = this.#options;
    if (durationMs === undefined) {
      yield* faults;
      return;
    }
    for (;;) {
      for (const name of this.#random.shuffle(faults)) {
        if (Date.now() - this.#startedAt > durationMs) return;
        yield name;
      }
    }
  }

  /**
   * A machine that is busy otherwise makes pictures stutter, too, but not again and again with the same
   * fault: what came too late is tried again, at the same place. What is wrong counts the first time.
   */
  async #strikeUntilClear(name: FaultName): Promise<void> {
    // Chosen before anything that may take one turn more or less.
    const seed = Math.floor(this.#random.next() * 2 ** 32);
    for (let strike = 1; ; strike++) {
      const late = await this.#round(name, new Random(seed));
      if (!late) return;
      this.#say(`${name}: too late: ${late.message}`);
      if (strike === MAX_STRIKES) throw late;
    }
  }

  /** @returns what took too long */
  async #round(name: FaultName, random: Random): Promise<Violation | null> {
    const fault: Fault = FAULTS[name];
    const stage = this.#stage;
    for (const traffic of stage.traffic) traffic.resume();
    await sleep(BEFORE_MS);
    let hitAt = Date.now();
    let answeredMs = 0;
    await fault.strike({
      stage,
      random,
      hit: (what) => {
        hitAt = Date.now();
        this.#say(`${name}: ${what}`);
      },
      answered: async (whom = 'everybody') => {
        await within(PATIENCE_MS, 'somebody is not answered', this.#answered(whom));
        answeredMs = Date.now() - hitAt;
      },
      pictures: () => this.#pictures(hitAt),
    });
    stage.assertUnhurt();
    const mendedAt = Date.now();
    for (const traffic of stage.traffic) await traffic.pause();
    await this.#settle();
    const settledMs = Date.now() - mendedAt;
    const sights = await this.#sights(hitAt - LAST_PICTURE_MS);
    return this.#judge(name, { answeredMs, settledMs, sights, hitAt });
  }

  #judge(
    name: FaultName,
    seen: { answeredMs: number; settledMs: number; sights: Sight[]; hitAt: number },
  ): Violation | null {
    const { answeredMs, settledMs, sights, hitAt } = seen;
    const { pictures, targetMs }: Fault = FAULTS[name];
    const gapMs = Math.max(...sights.map((sight) => sight.gapMs));
    const backMs = Math.max(0, ...sights.map(({ backAt }) => (backAt ?? hitAt) - hitAt));
    const recoveryMs = Math.round(pictures === 'return' ? backMs : answeredMs);
    const ownMs = Math.max(...sights.map((sight) => sight.ownGapMs));
    this.measured.push({ fault: name, recoveryMs, gapMs, settledMs });
    const figures = [
      `back after ${recoveryMs} ms`,
      `longest pause ${gapMs} ms (of the own camera ${ownMs} ms)`,
      `settled after ${settledMs} ms`,
    ];
    this.#say(`${name}: ${figures.join(', ')}`);
    if (pictures === 'flow') {
      for (const { who, gapMs: gap, gapAt, ownGapMs } of sights) {
        if (gap <= STUTTER_MS + ownGapMs * this.#slack) continue;
        const what = `${name} stops the pictures of ${who} for ${gap} ms`;
        return new Violation(6, `${what}, from ${Math.round(gapAt - hitAt)} ms after it`);
      }
    }
    const allowedMs = (targetMs + ownMs) * this.#slack;
    if (recoveryMs <= allowedMs) return null;
    const what = `${name} is over after ${recoveryMs} ms, at most ${Math.round(allowedMs)}`;
    return new Violation(7, what);
  }

  /** Nothing is under way: everything becomes as it should be, and stays so. @throws Violation */
  async #settle(): Promise<void> {
    const stage = this.#stage;
    await eventually(async () => {
      stage.assertUnhurt();
      await checkNodes(stage);
      for (const traffic of stage.traffic) await traffic.check();
      await checkMedia(stage);
      await checkRedis(stage);
      await this.#lookAround();
    }, SETTLE_MS * this.#slack);
  }

  /** Those in browsers have the places that they had, and see each other now. */
  async #lookAround(): Promise<void> {
    const [first, second] = this.#stage.onlookers;
    const now = Date.now();
    await Promise.all([first.sees(second, now, 2_000), second.sees(first, now, 2_000)]);
    for (const { name, visitor, participantId } of this.#stage.onlookers) {
      if ((await visitor.participantId()) === participantId) continue;
      throw new Violation(4, `${name} has lost the place`);
    }
  }

  async #answered(whom: Whom): Promise<void> {
    const { traffic } = this.#stage;
    await Promise.all(traffic.map((one) => one.untilAnswered(whom)));
  }

  async #pictures(hitAt: number): Promise<void> {
    const [first, second] = this.#stage.onlookers;
    const after = hitAt + PAUSE_BEGINS_MS;
    await Promise.all([
      first.sees(second, after, PATIENCE_MS),
      second.sees(first, after, PATIENCE_MS),
    ]);
  }

  #sights(since: number): Promise<Sight[]> {
    const [first, second] = this.#stage.onlookers;
    return Promise.all([first.recall(second, since), second.recall(first, since)]);
  }

  #say(line: string): void {
    const seconds = Math.round((Date.now() - this.#startedAt) / 1_000);
    const time = [Math.floor(seconds / 60), seconds % 60].map((one) =>
      String(one).padStart(2, '0'),
    );
    this.#options.say(`${time.join(':')} ${line}`);
  }
}

async function within(ms: number, what: string, work: Promise<void>): Promise<void> {
  const late = sleep(ms, 'late' as const, { ref: false });
  const outcome = await Promise.race([work, late]);
  if (outcome === 'late') throw new Violation(7, `${what} after ${ms} ms`);
}
