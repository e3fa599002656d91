import { join } from 'node:path';
import knex, { type Knex } from 'knex';
import type { Config } from '../config/loadConfig.ts';
import { maskUrl } from '../config/secrets.ts';
import type { Logger } from '../core/logger.ts';
import { endpointsOf } from '../webhooks/endpoints.ts';
import { AccountRepository } from './AccountRepository.ts';
import { AdmissionRepository } from './AdmissionRepository.ts';
import { AuditRepository } from './AuditRepository.ts';
import { ChatIndexes } from './ChatIndexes.ts';
import { ChatMessageRepository } from './ChatMessageRepository.ts';
import { ChatRoomRepository } from './ChatRoomRepository.ts';
import { ACQUIRE_TIMEOUT_MS, connectPostgres, QUIET } from './connectPostgres.ts';
import { ContactRepository } from './ContactRepository.ts';
import { AutomaticRecordingRepository } from './AutomaticRecordingRepository.ts';
import { CallHistoryRepository } from './CallHistoryRepository.ts';
import { CallRepository } from './CallRepository.ts';
import { DecisionRepository } from './DecisionRepository.ts';
import { LiveRepository } from './LiveRepository.ts';
import { MeetingRepository } from './MeetingRepository.ts';
import { DeliveryRepository } from './DeliveryRepository.ts';
import { isUniqueViolation } from './errors.ts';
import { EventOutbox } from './EventOutbox.ts';
import { migrate } from './migrate.ts';
import { OperatorAuditRepository } from './OperatorAuditRepository.ts';
import { ParticipantRepository } from './ParticipantRepository.ts';
import { PeopleRepository } from './PeopleRepository.ts';
import { PresenceRepository } from './PresenceRepository.ts';
import { ProfileRepository } from './ProfileRepository.ts';
import { RecordingChatRepository } from './RecordingChatRepository.ts';
import { RecordingRepository } from './RecordingRepository.ts';
import { RoleRepository } from './RoleRepository.ts';
import { SecretRepository } from './SecretRepository.ts';
import { SessionRepository } from './SessionRepository.ts';
import { UserRepository } from './UserRepository.ts';

/** The database cannot be opened; the message says which one and why. */
export class DatabaseError extends Error {
  override name = 'DatabaseError';
}

export interface Database {
  readonly users: UserRepository;
  readonly sessions: SessionRepository;
  readonly meetings: MeetingRepository;
  readonly participants: ParticipantRepository;
  readonly admissions: AdmissionRepository;
  readonly decisions: DecisionRepository;
  readonly roles: RoleRepository;
  readonly people: PeopleRepository;
  readonly chatRooms: ChatRoomRepository;
  readonly chatMessages: ChatMessageRepository;
  readonly profiles: ProfileRepository;
  readonly contacts: ContactRepository;
  readonly presence: PresenceRepository;
  readonly accounts: AccountRepository;
  readonly calls: CallRepository;
  readonly callHistory: CallHistoryRepository;
  readonly audit: AuditRepository;
  readonly operatorAudit: OperatorAuditRepository;
  readonly recordings: RecordingRepository;
  readonly automaticRecordings: AutomaticRecordingRepository;
  readonly recordingChat: RecordingChatRepository;
  readonly secrets: SecretRepository;
  readonly deliveries: DeliveryRepository;
  readonly live: LiveRepository;
  /** False where the database has no index of what is written in chats, or not yet (docs/operations.md). */
  readonly isChatIndexed: boolean;
  /** Has that index built in the background where it can be; never rejects. Idempotent. */
  indexChat(logger: Pick<Logger, 'info' | 'warn'>): Promise<void>;
  /** Queries that failed since the start, but for what was there already. */
  readonly errors: number;
  /** Rejects when the database does not answer. */
  ping(): Promise<void>;
  /** Waits for running queries. Idempotent. */
  close(): Promise<void>;
}

/**
 * Opens PostgreSQL where `database.url` is set, else the embedded database in the data folder, and
 * brings it to the current schema.
 * @throws DatabaseError
 */
export async function openDatabase(config: Config): Promise<Database> {
  const { url } = config.database;
  let db: Knex | undefined;
  let chatIndexes: ChatIndexes;
  try {
    db = url === null ? await embedded(config) : connectPostgres(url, config.database.poolSize);
    await migrate(db);
    chatIndexes = await ChatIndexes.open(db, url === null ? null : () => connectPostgres(url, 1));
  } catch (error) {
    await db?.destroy();
    const name = url === null ? 'The embedded database' : `The database ${maskUrl(url)}`;
    throw new DatabaseError(`${name} cannot be opened: ${reasonOf(error)}`, { cause: error });
  }
  return databaseOf(db, config, chatIndexes);
}

function databaseOf(db: Knex, config: Config, chatIndexes: ChatIndexes): Database {
  const outbox = new EventOutbox(endpointsOf(config.webhooks));
  let closing: Promise<void> | undefined;
  let errors = 0;
  db.on('query-error', (error: unknown) => {
    if (!isUniqueViolation(error)) errors += 1;
  });
  return {
    users: new UserRepository(db),
    sessions: new SessionRepository(db),
    meetings: new MeetingRepository(db, outbox),
    participants: new ParticipantRepository(db, outbox),
    admissions: new AdmissionRepository(db, outbox),
    decisions: new DecisionRepository(db, outbox),
    roles: new RoleRepository(db),
    people: new PeopleRepository(db),
    chatRooms: new ChatRoomRepository(db),
    chatMessages: new ChatMessageRepository(db),
    profiles: new ProfileRepository(db),
    contacts: new ContactRepository(db),
    presence: new PresenceRepository(db),
    accounts: new AccountRepository(db),
    calls: new CallRepository(db),
    callHistory: new CallHistoryRepository(db),
    audit: new AuditRepository(db),
    operatorAudit: new OperatorAuditRepository(db),
    recordings: new RecordingRepository(db),
    automaticRecordings: new AutomaticRecordingRepository(db),
    recordingChat: new RecordingChatRepository(db),
    secrets: new SecretRepository(db),
    deliveries: new DeliveryRepository(db, outbox),
    live: new LiveRepository(db),
    get isChatIndexed() {
      return chatIndexes.isTextIndexed;
    },
    indexChat: (logger) => chatIndexes.build(logger),
    get errors() {
      return errors;
    },
    async ping() {
      await db.raw('SELECT 1');
    },
    close() {
      closing ??= chatIndexes.close().then(() => db.destroy());
      return closing;
    },
  };
}

async function embedded(config: Config): Promise<Knex> {
  // Loaded only here: 27 MB of WebAssembly that a server with a real PostgreSQL does not need.
  const [{ PGlite }, { pg_trgm: trigrams }, { default: ClientPGlite }] = await Promise.all([
    import('@electric-sql/pglite'),
    import('@electric-sql/pglite/contrib/pg_trgm'),
    import('knex-pglite'),
  ]);
  const pglite = new PGlite(join(config.server.dataDir, 'db'), {
    extensions: { pg_trgm: trigrams },
    startParams: [
      // -F is "no fsync": a power cut could then leave a database that does not open.
      ...PGlite.defaultStartParams.filter((parameter) => parameter !== '-F'),
      // The default of 128 MB is for a database server with a machine of its own.
      ...['-c', 'shared_buffers=16MB'],
    ],
  });
  // Here, and not within the time that a request has: on a busy machine it may take longer.
  await pglite.waitReady;
  const connection: EmbeddedConnection = { pglite };
  return knex({
    client: ClientPGlite,
    connection,
    acquireConnectionTimeout: ACQUIRE_TIMEOUT_MS,
    log: QUIET,
  });
}

/** knex-pglite takes an instance under a name that knex's types do not have. */
type EmbeddedConnection = Knex.StaticConnectionConfig & { pglite: object };

/** Connection refusals come as AggregateErrors without a message: one for each address tried. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
