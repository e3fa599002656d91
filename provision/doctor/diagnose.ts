import { localAddresses } from '../../server/config/addresses.ts';
import { ConfigError, loadConfig, type Config } from '../../server/config/loadConfig.ts';
import { checkMediaAddresses, checkOrigin } from './addresses.ts';
import { checkFfmpeg } from './ffmpeg.ts';
import { failure, ok, reasonOf, type Finding } from './findings.ts';
import { checkIceServers } from './iceServers.ts';
import {
  checkCertificateFile,
  checkDataDir,
  checkNode,
  checkWorker,
  resolveSite,
} from './machine.ts';
import { checkPorts } from './ports.ts';
import { checkPostgres } from './postgres.ts';
import { checkRedis } from './redis.ts';

export interface DiagnoseOptions {
  env: NodeJS.ProcessEnv;
  /** Command line of the server. */
  argv: readonly string[];
  ensureWorker: () => Promise<string>;
}

/** Looks at everything that a server with this configuration needs, and changes nothing. */
export async function* diagnose({
  env,
  argv,
  ensureWorker,
}: DiagnoseOptions): AsyncGenerator<Finding> {
  yield checkNode(process.versions.node);
  let config: Config;
  try {
    config = loadConfig({ env, argv });
  } catch (error) {
    const message = error instanceof ConfigError ? error.problems.join('\n    ') : reasonOf(error);
    yield failure('Configuration', message, 'Correct it; docs/configuration.md has every key.');
    return;
  }
  yield ok('Configuration', `loads, role ${config.node.role}`);
  const { server, media, database, cluster, ice, live, node } = config;
  const local = localAddresses('IPv4');
  if (node.role !== 'signaling') {
    yield await checkWorker(ensureWorker);
    yield checkMediaAddresses(media, local, await resolveSite(server.publicUrl));
  }
  if ((node.role === 'all' || node.role === 'mixer') && live.mixers !== 0) {
    yield await checkFfmpeg(live.ffmpeg);
  }
  yield* await checkPorts(config, local);
  if (node.role === 'all' || node.role === 'signaling') {
    yield checkOrigin(server);
    yield* await checkCertificateFile(server);
    yield* await checkIceServers(ice);
  }
  yield await checkDataDir(config);
  if (database.url !== null) yield* await checkPostgres(database.url, database.poolSize);
  if (cluster.redisUrl !== null) yield* await checkRedis(cluster.redisUrl);
}
