import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:fs';
import { access, writeFile } from 'node:fs/promises';
import os from 'node:os';
import { createInterface } from 'node:readline';

const KILL_AFTER_MS = 5_000;
const KEPT_LINES = 40;

export interface RunOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  uid?: number;
  gid?: number;
  signal?: AbortSignal;
  /** Called with every line of output. */
  onLine?: (line: string) => void;
  /** An abort waits for the command instead of stopping it: for package managers at work. */
  uninterruptible?: boolean;
  /** Only what others leave of the processor. */
  background?: boolean;
}

/** A command that could not be started, or ended with a code other than 0. */
export class CommandError extends Error {
  /** The last lines that it printed. */
  readonly output: string;

  constructor(command: string, reason: string, output: string) {
    super(`${command} ${reason}`);
    this.name = 'CommandError';
    this.output = output;
  }
}

/**
 * Runs a command to its end and resolves with the last lines of its output. It gets a process
 * group of its own: Ctrl-C in the terminal does not reach it, so it is stopped only by `signal`,
 * with everything that it has started.
 */
export async function run(
  command: string,
  args: readonly string[],
  { signal, onLine, uninterruptible = false, background = false, ...options }: RunOptions = {},
): Promise<string> {
  signal?.throwIfAborted();
  const child = spawnGroup(command, args, {
    ...options,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (background) await stepBack(child);
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      if (lines.length > KEPT_LINES) lines.shift();
      onLine?.(line);
    });
  }

  const stop = () => void stopGroup(child);
  if (!uninterruptible) signal?.addEventListener('abort', stop, { once: true });
  try {
    const [code, killedBy] = (await once(child, 'close')) as [number | null, string | null];
    signal?.throwIfAborted();
    if (code !== 0) {
      const reason = killedBy ? `was ended by ${killedBy}` : `ended with code ${code}`;
      throw new CommandError(command, reason, lines.join('\n'));
    }
    return lines.join('\n');
  } catch (error) {
    if (error instanceof CommandError || signal?.aborted) throw error;
    throw new CommandError(command, `could not be started: ${(error as Error).message}`, '');
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

/** Starts a process as the leader of its own group, which {@link stopGroup} stops as a whole. */
export function spawnGroup(
  command: string,
  args: readonly string[],
  options: SpawnOptions,
): ChildProcess {
  return spawn(command, args, { ...options, detached: true });
}

async function stepBack({ pid }: ChildProcess): Promise<void> {
  if (pid === undefined) return;
  const { PRIORITY_LOW } = os.constants.priority;
  try {
    os.setPriority(pid, PRIORITY_LOW);
    // Linux shares the processor out to sessions first: what is nice in one of its own has all of that share.
    await writeFile(`/proc/${pid}/autogroup`, String(PRIORITY_LOW));
  } catch {
    // It has ended, or the system does not know one of the two.
  }
}

/** Asks a process group to end, and ends it for certain after some seconds. */
export async function stopGroup(child: ChildProcess, killAfterMs = KILL_AFTER_MS): Promise<void> {
  if (child.pid === undefined || hasEnded(child)) return;
  const ended = once(child, 'exit');
  signalGroup(child, 'SIGTERM');
  const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), killAfterMs);
  await ended;
  clearTimeout(timer);
}

export function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

export function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** Whether a program of that name is in the PATH. */
export async function hasProgram(name: string): Promise<boolean> {
  return run('which', [name]).then(
    () => true,
    () => false,
  );
}

export async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
