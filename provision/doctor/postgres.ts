import knex from 'knex';
import { migrations } from '../../migrations/index.ts';
import { maskUrl } from '../../server/config/secrets.ts';
import { checkClock } from './clock.ts';
import { failure, ok, reasonOf, warning, type Finding } from './findings.ts';

const TIMEOUT_MS = 2_000;
/** The oldest that its makers still look after. */
const MIN_MAJOR = 14;
const POSTGRES = 'PostgreSQL';

/** The database that `database.url` names, without changing anything in it. */
export async function checkPostgres(url: string, poolSize: number): Promise<Finding[]> {
  const silence = () => undefined;
  const db = knex({
    client: 'pg',
    connection: { connectionString: url, application_name: 'parley doctor' },
    pool: { min: 0, max: 1 },
    acquireConnectionTimeout: TIMEOUT_MS,
    // It would print what it throws as well.
    log: { warn: silence, error: silence, deprecate: silence, debug: silence },
  });
  try {
    const query = async <Row>(sql: string) => (await db.raw<{ rows: Row[] }>(sql)).rows;
    const first = async (sql: string) => (await query<{ value: string | null }>(sql))[0]?.value;
    const version = (await first("SELECT current_setting('server_version') AS value")) ?? '';
    const most = await first("SELECT current_setting('max_connections') AS value");
    const asked = Date.now();
    const theirs = await first('SELECT extract(epoch FROM clock_timestamp()) * 1000 AS value');
    const clock = checkClock(POSTGRES, Number(theirs), { asked, answered: Date.now() });
    const table = await first("SELECT to_regclass('migrations')::text AS value");
    const index = await first(
      "SELECT indexrelid::text AS value FROM pg_index WHERE indexrelid = to_regclass('chat_messages_text') AND indisvalid",
    );
    const done = table ? await query<{ name: string }>('SELECT name FROM migrations') : [];
    const names = done.map(({ name }) => name);
    return [
      checkVersion(maskUrl(url), version),
      checkConnections(Number(most), poolSize),
      checkMigrations(names, Object.keys(migrations)),
      ...checkChatIndex(names, index !== null && index !== undefined),
      clock,
    ];
  } catch (error) {
    return [
      failure(
        POSTGRES,
        `${maskUrl(url)} does not answer: ${reasonOf(error)}`,
        'Look whether it runs and is open to this machine, and whether DATABASE_URL has its user, password and database.',
      ),
    ];
  } finally {
    await db.destroy();
  }
}

export function checkVersion(address: string, version: string): Finding {
  if (Number.parseInt(version, 10) >= MIN_MAJOR)
    return ok(POSTGRES, `${address}, version ${version}`);
  return warning(
    POSTGRES,
    `${address} is version ${version}, which gets no corrections any more.`,
    `Upgrade it to ${MIN_MAJOR} or newer.`,
  );
}

/** @param most connections that the server takes @param poolSize of each node */
export function checkConnections(most: number, poolSize: number): Finding {
  const subject = 'PostgreSQL connections';
  const nodes = Math.floor(most / poolSize);
  if (nodes >= 4) return ok(subject, `${most}, enough for ${nodes} nodes of ${poolSize} each`);
  return warning(
    subject,
    `${most} are enough for ${nodes} nodes of ${poolSize} each.`,
    'Raise its max_connections, or lower database.poolSize.',
  );
}

export function checkMigrations(done: readonly string[], known: readonly string[]): Finding {
  const subject = 'Schema';
  const unknown = done.filter((name) => !known.includes(name));
  const pending = known.filter((name) => !done.includes(name));
  if (unknown.length > 0) {
    return failure(
      subject,
      `a newer Parley has changed it (${unknown.join(', ')}).`,
      'Upgrade this one, or restore a backup from before.',
    );
  }
  if (done.length === 0) return ok(subject, 'empty; the first start makes it');
  if (pending.length === 0) return ok(subject, 'up to date');
  return warning(
    subject,
    `the next start migrates it: ${pending.join(', ')}.`,
    'Make a backup before (docs/operations.md): there is no other way back.',
  );
}

/** Nothing before the migration that makes it where it can. */
export function checkChatIndex(done: readonly string[], isThere: boolean): Finding[] {
  if (!done.includes('012-chat-search')) return [];
  const subject = 'Search in chat';
  if (isThere) return [ok(subject, 'has an index')];
  return [
    warning(
      subject,
      'has no index, which makes it slow where much was written.',
      'Create the extension pg_trgm; the next start makes the index (docs/operations.md, "Search in chat").',
    ),
  ];
}
