/** The process of one room's mixer: what `RoomMixer` starts, told what to do by messages. */
import { flushCompileCache } from 'node:module';
import { pino } from 'pino';
import { Mailbox } from '../../core/Mailbox.ts';
import { MixSession } from './MixSession.ts';
import type { FromProcess, MixStart, ToProcess } from './messages.ts';

const HEARTBEAT_MS = 1_000;
/** What finishing may take when nobody waits for it: some more than an encoder that hangs is given. */
const LAST_MS = 6_000;

const mailbox = new Mailbox();
let session: MixSession | null = null;

function tell(message: FromProcess): void {
  // Nobody is there to hear it: what is to be done then is done at `disconnect`.
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

async function start(given: MixStart): Promise<void> {
  const logger = pino(
    { level: given.logLevel, base: null },
    { write: (line: string) => tell({ type: 'log', line }) },
  );
  session = await MixSession.create(given, logger, tell);
  // By default it is kept when the process ends, and one that is killed has no end.
  flushCompileCache();
  setInterval(() => {
    if (session) tell({ type: 'health', health: session.health });
  }, HEARTBEAT_MS);
}

async function handle(message: ToProcess): Promise<void> {
  switch (message.type) {
    case 'start':
      await start(message.start);
      break;
    case 'feed':
      session?.setFeed(message.feed);
      break;
    case 'outputs':
      await session?.setOutputs(message.outputs);
      break;
    case 'close':
      await session?.close(message.hasEnded);
      process.exit(0);
  }
}

function fail(error: unknown): void {
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  if (!process.connected) process.exit(1);
  process.send?.({ type: 'failed', message } satisfies FromProcess, () => process.exit(1));
}

/** This process, and what of its children hangs: nobody else will end them. */
function endGroup(): void {
  try {
    process.kill(-process.pid, 'SIGKILL');
  } catch {
    // It was started by hand, and is in somebody else's group.
    process.exit(1);
  }
}

process.on('message', (message) => {
  mailbox.post(() => handle(message as ToProcess)).catch(fail);
});
process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);
// Whoever started it is gone, and with it those who would want what it makes.
process.on('disconnect', () => {
  setTimeout(endGroup, LAST_MS);
  void Promise.resolve(session?.close(false)).finally(endGroup);
});
// Those are for the whole group of whoever started it, and it says itself when to end.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
