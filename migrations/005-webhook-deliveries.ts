import type { Knex } from 'knex';

/**
 * An outbox: a row for each event and endpoint, stored with the fact that it tells of. Meetings are
 * named without a reference: what is still to be told outlives them.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    CREATE TABLE webhook_deliveries (
      seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      event_id text NOT NULL,
      -- A hash of the address: addresses may be secret themselves.
      endpoint text NOT NULL,
      type text NOT NULL,
      meeting_id text NOT NULL,
      at timestamptz NOT NULL,
      data jsonb NOT NULL,
      state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'delivered', 'failed')),
      attempts integer NOT NULL DEFAULT 0,
      -- When it is to be tried next: a node that tries it puts this off, so that no other does
      -- meanwhile. Of one that is not pending: since when.
      due_at timestamptz NOT NULL,
      last_status integer,
      last_error text,
      UNIQUE (event_id, endpoint)
    )`);
  await db.raw(
    `CREATE INDEX webhook_deliveries_due ON webhook_deliveries (endpoint, due_at, seq)
       WHERE state = 'pending'`,
  );
  await db.raw('CREATE INDEX webhook_deliveries_age ON webhook_deliveries (due_at)');
}

export async function down(db: Knex): Promise<void> {
  await db.raw('DROP TABLE webhook_deliveries');
}
