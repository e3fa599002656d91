import type { Knex } from 'knex';

/** Keeps what all nodes that use one database have to know in PostgreSQL or PGlite. */
export class SecretRepository {
  readonly #db: Knex;

  constructor(db: Knex) {
    this.#db = db;
  }

  /** The secret of that name; `candidate` if there was none, whoever came first with it. */
  async keep(name: string, candidate: string): Promise<string> {
    await this.#db('secrets')
      .insert({ name, value: candidate, created_at: new Date() })
      .onConflict('name')
      .ignore();
    const row = await this.#db('secrets').where({ name }).first<{ value: string }>('value');
    return row.value;
  }
}
