import { setTimeout as wait } from 'node:timers/promises';
import type { Knex } from 'knex';
import type { Logger } from '../core/logger.ts';

/** What search in chat is fast by; of its text where PostgreSQL has trigrams. */
const INDEXES: Readonly<Record<string, string>> = {
  chat_messages_time: '(created_at DESC, id DESC)',
  chat_messages_text: 'USING gin (content gin_trgm_ops)',
};
const OF_TEXT = 'chat_messages_text';
/** Whose session has it builds; beside that of migrations. */
const ADVISORY_LOCK = Number.parseInt('parleychat', 36);
/** How soon a node looks again whether another one has built them. */
const LOOK_AGAIN_MS = 2_000;

interface Missing {
  name: string;
  /** Somebody was stopped while they built it: it is kept up to date, and used for nothing. */
  isLeftover: boolean;
}

/** Makes the indexes of chat that no migration could make without keeping people from writing. */
export class ChatIndexes {
  readonly #db: Knex;
  readonly #connectAlone: (() => Knex) | null;
  readonly #stopping = new AbortController();
  #isTextIndexed = false;
  #building: Promise<void> | undefined;
  /** Of the session that builds. */
  #pid: number | null = null;

  private constructor(db: Knex, connectAlone: (() => Knex) | null) {
    this.#db = db;
    this.#connectAlone = connectAlone;
  }

  /**
   * @param connectAlone to the same database, by one connection; null for a database that nobody else
   *   has, which has them all from here on
   */
  static async open(db: Knex, connectAlone: (() => Knex) | null): Promise<ChatIndexes> {
    const indexes = new ChatIndexes(db, connectAlone);
    const missing = await indexes.#look();
    if (connectAlone || missing.length === 0) return indexes;
    for (const { name } of missing) {
      await db.raw(`DROP INDEX IF EXISTS ${name}`);
      await db.raw(`CREATE INDEX ${name} ON chat_messages ${INDEXES[name]}`);
    }
    await indexes.#look();
    return indexes;
  }

  /** Whether what is written is found by an index, as far as this node knows. */
  get isTextIndexed(): boolean {
    return this.#isTextIndexed;
  }

  /**
   * Builds in the background what is missing, one node of all, while people write; never rejects. Settles
   * when there is nothing more to do. Idempotent.
   */
  build(logger: Pick<Logger, 'info' | 'warn'>): Promise<void> {
    this.#building ??= this.#build(logger);
    return this.#building;
  }

  /** Stops what is being built, which may take longer than a stop has. Idempotent. */
  async close(): Promise<void> {
    this.#stopping.abort();
    if (this.#pid !== null) {
      await this.#db.raw('SELECT pg_terminate_backend(?)', [this.#pid]).catch(() => undefined);
    }
    await this.#building;
  }

  async #build(logger: Pick<Logger, 'info' | 'warn'>): Promise<void> {
    const { signal } = this.#stopping;
    try {
      while ((await this.#look()).length > 0) {
        if (await this.#buildAlone(logger)) continue;
        await wait(LOOK_AGAIN_MS, undefined, { signal, ref: false });
      }
      if (this.#isTextIndexed) return;
      logger.warn('chat is searched without an index: docs/operations.md, "Search in chat"');
    } catch (error) {
      if (signal.aborted) return;
      logger.warn({ err: error }, 'an index of chat was not built; the next start tries it again');
    }
  }

  /** @returns false where another node does it */
  async #buildAlone(logger: Pick<Logger, 'info'>): Promise<boolean> {
    if (!this.#connectAlone) return false;
    const { signal } = this.#stopping;
    // Neither a transaction, in which nothing is built concurrently, nor waiting for the lock: whoever
    // waits in a statement is waited for by the one who builds.
    const alone = this.#connectAlone();
    try {
      const { rows } = await alone.raw<{ rows: { pid: number; locked: boolean }[] }>(
        'SELECT pg_backend_pid() AS pid, pg_try_advisory_lock(?) AS locked',
        [ADVISORY_LOCK],
      );
      const [session] = rows;
      if (!session?.locked) return false;
      this.#pid = session.pid;
      // Again: another node may just have done it.
      for (const { name, isLeftover } of await this.#look()) {
        if (isLeftover) await alone.raw(`DROP INDEX CONCURRENTLY IF EXISTS ${name}`);
        signal.throwIfAborted();
        logger.info({ index: name }, 'an index of chat is being built');
        const began = performance.now();
        await alone.raw(`CREATE INDEX CONCURRENTLY ${name} ON chat_messages ${INDEXES[name]}`);
        const seconds = Math.round((performance.now() - began) / 1_000);
        logger.info({ index: name, seconds }, 'an index of chat is built');
      }
      return true;
    } finally {
      this.#pid = null;
      // The lock goes with the session.
      await alone.destroy();
    }
  }

  /** @returns what is missing and can be built */
  async #look(): Promise<Missing[]> {
    this.#stopping.signal.throwIfAborted();
    const { rows } = await this.#db.raw<{ rows: IndexRow[] }>(
      `SELECT name, indisvalid AS valid, (
           SELECT count(*) > 0 FROM pg_opclass
             WHERE opcname = 'gin_trgm_ops' AND pg_opclass_is_visible(pg_opclass.oid)
         ) AS trigrams
         FROM unnest(?::text[]) AS name
         LEFT JOIN pg_index ON indexrelid = to_regclass(name)`,
      [Object.keys(INDEXES)],
    );
    this.#isTextIndexed = rows.some(({ name, valid }) => name === OF_TEXT && valid === true);
    return rows
      .filter(({ name, valid, trigrams }) => valid !== true && (trigrams || name !== OF_TEXT))
      .map(({ name, valid }) => ({ name, isLeftover: valid === false }));
  }
}

interface IndexRow {
  name: string;
  /** Null where there is none. */
  valid: boolean | null;
  trigrams: boolean;
}
