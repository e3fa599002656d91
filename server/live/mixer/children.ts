import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';

const KEPT_BYTES = 2_000;

/** Ends a process for certain and waits until it, and what it had open, is gone. */
export async function killChild(child: ChildProcess): Promise<void> {
  const closed = whenClosed(child);
  child.kill('SIGKILL');
  await closed;
}

/** Gives a process some time to end by itself. @returns whether it did */
export async function endChild(child: ChildProcess, graceMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), graceMs);
  });
  const inTime = await Promise.race([whenClosed(child).then(() => true), late]);
  clearTimeout(timer);
  if (!inTime) await killChild(child);
  return inTime;
}

const closing = new WeakMap<ChildProcess, Promise<void>>();

/** Settles when the process has ended and all its pipes are closed. To be called once before it can end. */
export function whenClosed(child: ChildProcess): Promise<void> {
  let closed = closing.get(child);
  if (!closed) {
    closed = new Promise((resolve) => {
      child.once('close', () => resolve());
      // One that could not be started never closes on some systems.
      child.once('error', () => {
        if (child.pid === undefined) resolve();
      });
    });
    closing.set(child, closed);
  }
  return closed;
}

/** Keeps the end of what a process says. */
export function keepEnd(stream: Readable | null): () => string {
  let end = '';
  stream?.setEncoding('utf8');
  stream?.on('data', (chunk: string) => {
    end = (end + chunk).slice(-KEPT_BYTES);
  });
  return () => end.trim();
}
