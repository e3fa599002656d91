import { DataDir, readSecret } from '../config/DataDir.ts';
import type { Config } from '../config/loadConfig.ts';
import { loadTls, type TlsFiles } from '../config/tls.ts';
import { createSecret } from '../core/ids.ts';
import { openDatabase, type Database } from '../db/openDatabase.ts';
import type { Releases } from './Releases.ts';

/** What a node stands on before it knows others. */
export interface Base {
  /** Null on a media node that needs none. */
  database: Database | null;
  tls: TlsFiles | null;
  /** Signs tokens. */
  jwtSecret: string;
  /** What all nodes of the cluster know. */
  clusterSecret: string;
}

/**
 * Opens the database, and the data folder where something is kept in it: nodes that share a
 * PostgreSQL share their secrets there, and need no folder.
 * @throws DataDirError, DatabaseError, ConfigError
 */
export async function openBase(config: Config, releases: Releases): Promise<Base> {
  const { auth, cluster, node, server } = config;
  const embedded = config.database.url === null && node.role !== 'media';
  const dataDir =
    embedded || server.tls === 'self-signed' ? await DataDir.open(server.dataDir) : null;
  if (dataDir) releases.push('data folder', () => dataDir.release());
  const tls = await loadTls(config, dataDir);
  if (node.role === 'media' && cluster.secret !== null) {
    return { database: null, tls, jwtSecret: '', clusterSecret: cluster.secret };
  }
  const database = await openDatabase(config);
  releases.push('database', () => database.close());
  const keep = async (name: string): Promise<string> => {
    if (embedded && dataDir) return dataDir.keepSecret(name);
    // Whoever had a folder of its own before brings its secret along.
    const own = await readSecret(server.dataDir, name);
    return database.secrets.keep(name, own ?? createSecret());
  };
  return {
    database,
    tls,
    jwtSecret: auth.jwtSecret ?? (await keep('jwt-secret')),
    clusterSecret: cluster.secret ?? (await keep('cluster-secret')),
  };
}
