import { createHmac, randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { hash, parseOptions, verify } from '@node-rs/argon2';
import { AppError } from '../core/AppError.ts';
import { Semaphore } from './Semaphore.ts';

/** OWASP's first recommendation for argon2id (the library's default algorithm): 19 MiB, two passes, one lane. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/**
 * Hashes computed at once. Each takes 10–25 ms of a core that media forwarding needs too, and a
 * thread of libuv's four; half the cores still check 500 sign-ins in well under a minute.
 */
const CONCURRENCY = Math.max(1, Math.min(3, Math.floor(availableParallelism() / 2)));

/** Callers that may wait for their turn: some 20 s of work on one core, more would time out anyway. */
const MAX_WAITING = 1_000;
const BUSY_RETRY_MS = 5_000;

/** Verified passcodes remembered. */
const MAX_REMEMBERED = 10_000;

const turns = new Semaphore(CONCURRENCY, MAX_WAITING);

/** @throws AppError RATE_LIMITED when more are waiting than can be served in time */
async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (turns.full) throw new AppError('RATE_LIMITED', { retryAfterMs: BUSY_RETRY_MS });
  return turns.run(work);
}

export function hashPassword(password: string): Promise<string> {
  return inTurn(() => hash(password, PARAMETERS));
}

let decoy: string | undefined;

/** What sign-ins to unknown accounts are checked against; nobody has its password. */
async function decoyHash(): Promise<string> {
  decoy ??= await hashPassword(randomBytes(32).toString('base64url'));
  return decoy;
}

/**
 * Whether the password has that hash. Without a hash the answer is false after the same work, so
 * that the time taken does not tell which accounts exist.
 */
export async function verifyPassword(hashed: string | null, password: string): Promise<boolean> {
  const target = hashed ?? (await decoyHash());
  const matches = await inTurn(() => verify(target, password));
  return matches && hashed !== null;
}

/** Whether a hash was made with parameters that are no longer the current ones. */
export function needsRehash(hashed: string): boolean {
  const { memoryCost, timeCost, parallelism } = parseOptions(hashed);
  return (
    !hashed.startsWith('$argon2id$') ||
    memoryCost < PARAMETERS.memoryCost ||
    timeCost < PARAMETERS.timeCost ||
    parallelism !== PARAMETERS.parallelism
  );
}

export function hashPasscode(passcode: string): Promise<string> {
  return hashPassword(passcode);
}

/** Keys what was verified, so that no passcode is kept in memory. */
const memoryKey = randomBytes(32);
const remembered = new Set<string>();
const checking = new Map<string, Promise<boolean>>();

/**
 * Whether the passcode has that hash. The first right answer is remembered and equal questions that
 * are being answered are answered together: 100 people joining at once cost one hash.
 */
export async function verifyPasscode(hashed: string, passcode: string): Promise<boolean> {
  const key = createHmac('sha256', memoryKey).update(`${hashed}\0${passcode}`).digest('base64');
  if (remembered.has(key)) return true;
  let answer = checking.get(key);
  if (!answer) {
    answer = inTurn(() => verify(hashed, passcode)).finally(() => checking.delete(key));
    checking.set(key, answer);
  }
  const matches = await answer;
  if (matches) remember(key);
  return matches;
}

function remember(key: string): void {
  remembered.add(key);
  if (remembered.size <= MAX_REMEMBERED) return;
  const [oldest] = remembered;
  if (oldest !== undefined) remembered.delete(oldest);
}
