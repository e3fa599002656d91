import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { availableParallelism } from 'node:os';
import type { Config } from '../../server/config/loadConfig.ts';
import { listenAddresses } from '../../server/media/listenAddresses.ts';
import { failure, ok, type Finding } from './findings.ts';

interface Port {
  protocol: 'TCP' | 'UDP';
  port: number;
  /** Undefined: all. */
  host?: string;
}

const CHECK_TIMEOUT_MS = 1_000;

/**
 * Whether the ports that are configured can be had. Those that a running Parley has are as they
 * should be.
 * @param local IPv4 addresses of this machine
 */
export async function checkPorts(config: Config, local: readonly string[]): Promise<Finding[]> {
  const { server, cluster, media, node } = config;
  const runs = await parleyRuns(config);
  const http: Port = {
    protocol: 'TCP',
    port: server.port,
    ...(server.host !== null && { host: server.host }),
  };
  const findings = [await check('HTTP port', [http], 'server.port', runs)];
  if (cluster.redisUrl !== null) {
    const mesh: Port = { protocol: 'TCP', port: cluster.port, host: cluster.host };
    findings.push(await check('Mesh port', [mesh], 'cluster.port', runs));
  }
  if (node.role !== 'signaling' && media.basePort !== 0) {
    findings.push(await check('Media ports', mediaPorts(media, local), 'media.basePort', runs));
  }
  return findings;
}

function mediaPorts(media: Config['media'], local: readonly string[]): Port[] {
  const { listenAddress, announcedAddresses, basePort, workers } = media;
  const count = workers === 0 ? availableParallelism() : workers;
  // What cannot be announced is told elsewhere.
  const own = announcedAddresses.filter((address) => local.includes(address));
  return listenAddresses(listenAddress, own, local).flatMap(({ ip }) =>
    Array.from({ length: count }, (_, index) => basePort + index).flatMap((port): Port[] => [
      { protocol: 'UDP', port, host: ip },
      { protocol: 'TCP', port, host: ip },
    ]),
  );
}

async function check(
  subject: string,
  ports: readonly Port[],
  key: string,
  runs: boolean,
): Promise<Finding> {
  const numbers = [...new Set(ports.map(({ port }) => port))];
  const [first = 0] = numbers;
  const last = numbers.at(-1) ?? first;
  const protocols = [...new Set(ports.map(({ protocol }) => protocol))].join(' and ');
  const range = `${protocols} ${first}${last > first ? `–${last}` : ''}`;
  const codes = await Promise.all(ports.map(tryPort));
  const failed = ports.flatMap((port, index) => {
    const code = codes[index] ?? null;
    return code === null ? [] : [{ ...port, code }];
  });
  const [worst] = failed;
  if (!worst) return ok(subject, `${range} ${last > first ? 'are' : 'is'} free`);
  if (runs && failed.every(({ code }) => code === 'EADDRINUSE')) {
    return ok(subject, `${range}: a Parley is running there`);
  }
  const place = `${worst.protocol} ${worst.host ?? ''}${worst.host === undefined ? '' : ':'}${worst.port}`;
  const [problem, advice] = {
    EADDRINUSE: ['is in use by another program', `Stop that program, or set ${key}.`],
    EADDRNOTAVAIL: ['is not an address of this machine', 'Set one of its own, or every (0.0.0.0).'],
    EACCES: [
      'may not be used by this user',
      `Set ${key} to 1024 or more, or give the process CAP_NET_BIND_SERVICE.`,
    ],
  }[worst.code] ?? [`cannot be used (${worst.code})`, `Set ${key}.`];
  return failure(subject, `${place} ${problem ?? ''}`, advice ?? '');
}

/** Null when the port can be had, else the error's code. */
async function tryPort({ protocol, port, host }: Port): Promise<string | null> {
  const server =
    protocol === 'TCP'
      ? createServer().listen({ port, ...(host !== undefined && { host }) })
      : createSocket(host?.includes(':') === true ? 'udp6' : 'udp4').bind(port, host);
  try {
    await once(server, 'listening');
    return null;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'error';
  } finally {
    server.close();
  }
}

/** Whether what listens on the HTTP port is a Parley. */
async function parleyRuns({ server: { host, port, tls } }: Config): Promise<boolean> {
  const name = host === null || host === '0.0.0.0' ? '127.0.0.1' : host;
  const address = `${tls === 'off' ? 'http' : 'https'}://${name}:${port}`;
  if (tls !== 'off') return tryPort({ protocol: 'TCP', port }).then((code) => code !== null);
  const answer = await fetch(`${address}/healthz`, {
    signal: AbortSignal.timeout(CHECK_TIMEOUT_MS),
  }).catch(() => null);
  return answer?.ok === true && (await answer.text()).includes('"status"');
}
