import { randomUUID } from 'node:crypto';
import { readdir, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const PREFIX = 'server.lock.';
const POLL_INTERVAL_MS = 5;
/** Nobody needs this long to decide; whoever does is stopped in the middle. */
const PATIENCE_MS = 5_000;

/** A process, so that its id taken over by another process or container is not mistaken for it. */
interface ProcessIdentity {
  pid: number;
  /** Boot id and start time in clock ticks; null where there is no /proc. */
  startedAt: string | null;
}

/** What stands in a lock file. `held`: its process has the folder; before that it wants it. */
interface Claim extends ProcessIdentity {
  held: boolean;
}

export type FolderLock =
  | {
      acquired: true;
      /** Lets another process have the folder. Idempotent. */
      release: () => Promise<void>;
    }
  | { acquired: false; holderPid: number };

/**
 * Locks a folder for this process, with files alone. Everyone who wants it first writes a claim of
 * a name of its own and only then looks at the others', so of two at least one sees the other:
 *
 * - a claim that is held, or one whose name comes first: give up;
 * - one whose name comes later: wait until it gives up, or holds because it looked too early to see us;
 * - one of a dead process: it counts for nothing, and no living process uses its name again.
 *
 * @throws the file system's error when the folder cannot be written to
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const name = PREFIX + randomUUID();
  const path = join(folder, name);
  const mine = { pid: process.pid, startedAt: await startOf(process.pid) };
  const deadline = Date.now() + PATIENCE_MS;
  await writeClaim(path, { ...mine, held: false });
  try {
    for (;;) {
      const others = await readOthers(folder, name);
      const winner = others.find(
        (other) => other.claim.held || other.name < name || Date.now() > deadline,
      );
      if (winner) {
        await unlink(path);
        return { acquired: false, holderPid: winner.claim.pid };
      }
      if (others.length === 0) break;
      await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS));
    }
    await writeClaim(path, { ...mine, held: true });
  } catch (error) {
    await removeIfThere(path);
    throw error;
  }
  return { acquired: true, release: () => removeIfThere(path) };
}

/** Claims of living processes other than this one's; what dead ones left is removed. */
async function readOthers(folder: string, own: string): Promise<{ name: string; claim: Claim }[]> {
  const others: { name: string; claim: Claim }[] = [];
  for (const name of await readdir(folder)) {
    if (name === own || !name.startsWith(PREFIX)) continue;
    const path = join(folder, name);
    const claim = await readClaim(path);
    if (claim === 'gone') continue;
    if (claim && (await isAlive(claim))) others.push({ name, claim });
    else await removeIfThere(path);
  }
  return others;
}

/** Renamed into place: nobody ever reads half a claim. */
async function writeClaim(path: string, claim: Claim): Promise<void> {
  // Not with the prefix: a draft is no claim.
  const draft = path.replace(PREFIX, '.lock.');
  await writeFile(draft, `${JSON.stringify(claim)}\n`, { mode: 0o600 });
  await rename(draft, path);
}

/** Null for what is not a claim. */
async function readClaim(path: string): Promise<Claim | null | 'gone'> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'gone';
    throw error;
  }
  try {
    const { pid, startedAt, held } = JSON.parse(text) as Partial<Claim>;
    if (!Number.isInteger(pid) || pid === undefined || pid <= 0) return null;
    return { pid, startedAt: startedAt ?? null, held: held ?? true };
  } catch {
    return null;
  }
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

async function isAlive(identity: ProcessIdentity): Promise<boolean> {
  try {
    process.kill(identity.pid, 0);
  } catch (error) {
    // EPERM: it lives, under another user.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const startedAt = await startOf(identity.pid);
  return startedAt === null || identity.startedAt === null || startedAt === identity.startedAt;
}

/** What tells a process from an earlier one with the same id; null where there is no /proc. */
async function startOf(pid: number): Promise<string | null> {
  try {
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The second field, the name in parentheses, may contain spaces: count from behind it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticks = fields[19];
    return ticks === undefined ? null : `${boot.trim()}:${ticks}`;
  } catch {
    return null;
  }
}
