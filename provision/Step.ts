import { ProvisionError } from './ProvisionError.ts';

const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const FRAME_INTERVAL_MS = 100;
/** Without a terminal, progress is a line now and then instead of a line redrawn. */
const PLAIN_INTERVAL_MS = 10_000;

/** What a piece of provisioning gets: where to say how far it is, and when to stop. */
export interface Step {
  /** What it is doing now, such as `compiling 34/260`. */
  progress(text: string): void;
  /** What the finished line says, such as `ready (cached)`. */
  outcome: string;
  readonly signal: AbortSignal;
}

/** For callers without a screen of their own, such as tests. */
export function silentStep(): Step {
  return { progress: () => undefined, outcome: '', signal: new AbortController().signal };
}

/** Runs one step and prints its progress, result and time on one line. */
export async function runStep<T>(
  title: string,
  signal: AbortSignal,
  work: (step: Step) => Promise<T>,
): Promise<T> {
  const startedAt = performance.now();
  const display = process.stdout.isTTY ? new LiveLine(title, startedAt) : new PlainLines(title);
  const step: Step = { progress: (text) => display.progress(text), outcome: 'ready', signal };
  try {
    const result = await work(step);
    signal.throwIfAborted();
    display.end();
    console.log(`✔ ${title} ${step.outcome} ${seconds(startedAt)}`);
    return result;
  } catch (error) {
    display.end();
    if (!signal.aborted) console.error(`✖ ${title} failed ${seconds(startedAt)}`);
    throw error;
  }
}

/** Prints a failure the way a user can act on it, never as a stack trace. */
export function printFailure(error: unknown): void {
  if (error instanceof ProvisionError) {
    console.error(`\n${error.message}\n\n→ ${error.advice.replaceAll('\n', '\n  ')}`);
  } else {
    console.error(`\n${error instanceof Error ? error.message : String(error)}`);
  }
}

export function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}

class LiveLine {
  #frame = 0;
  #text = '';
  readonly #timer: NodeJS.Timeout;

  constructor(title: string, startedAt: number) {
    this.#timer = setInterval(() => {
      const frame = SPINNER[this.#frame++ % SPINNER.length] ?? '';
      const line = `${frame} ${title} ${this.#text} ${seconds(startedAt)}`;
      process.stdout.write(`\r\x1b[K${line.slice(0, process.stdout.columns - 1)}`);
    }, FRAME_INTERVAL_MS);
    this.#timer.unref();
  }

  progress(text: string): void {
    this.#text = text;
  }

  end(): void {
    clearInterval(this.#timer);
    process.stdout.write('\r\x1b[K');
  }
}

class PlainLines {
  readonly #title: string;
  #nextAt = 0;

  constructor(title: string) {
    this.#title = title;
  }

  progress(text: string): void {
    if (performance.now() < this.#nextAt) return;
    this.#nextAt = performance.now() + PLAIN_INTERVAL_MS;
    console.log(`… ${this.#title} ${text}`);
  }

  end(): void {
    this.#nextAt = Infinity;
  }
}
