import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { Balancer } from '../../../provision/cluster/Balancer.ts';
import { NodeLog } from '../../../provision/cluster/NodeLog.ts';
import { trialEnvironment, withoutCluster } from '../../../provision/cluster/trialEnvironment.ts';
import { loadConfig } from '../../../server/config/loadConfig.ts';
import { eventually } from '../../support/eventually.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A server that says its name, and is ready or not. */
async function startBackend(name: string) {
  const state = { ready: true };
  const server = createHttpServer((request, response) => {
    if (request.url === '/readyz') response.writeHead(state.ready ? 200 : 503).end();
    else response.end(name);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const stop = () => {
    server.closeAllConnections();
    server.close();
  };
  closers.push(stop);
  return { name, url: `http://127.0.0.1:${port}`, state, stop };
}

async function balance(...backends: Awaited<ReturnType<typeof startBackend>>[]) {
  const balancer = await Balancer.listen(backends, { port: 0, host: '127.0.0.1' });
  closers.push(() => balancer.close());
  const ask = async () => {
    const headers = { connection: 'close' };
    return (await fetch(`http://127.0.0.1:${balancer.port}/`, { headers })).text();
  };
  return { balancer, ask };
}

describe('Balancer', () => {
  it('takes turns', async () => {
    const { ask } = await balance(await startBackend('a'), await startBackend('b'));
    const answers = [await ask(), await ask(), await ask(), await ask()];
    expect(answers.sort()).toEqual(['a', 'a', 'b', 'b']);
  });

  it('goes to none that is dead, before and after it knows', async () => {
    const [a, b] = [await startBackend('a'), await startBackend('b')];
    const { balancer, ask } = await balance(a, b);
    const down = once(balancer, 'down');
    a.stop();
    expect([await ask(), await ask(), await ask()]).toEqual(['b', 'b', 'b']);
    expect(await down).toEqual(['a']);
  });

  it('goes to none that does not want clients, until it does', async () => {
    const [a, b] = [await startBackend('a'), await startBackend('b')];
    a.state.ready = false;
    const { balancer, ask } = await balance(a, b);
    expect([await ask(), await ask()]).toEqual(['b', 'b']);
    a.state.ready = true;
    await once(balancer, 'up');
    expect([await ask(), await ask()].sort()).toEqual(['a', 'b']);
  });

  it('ends connections when there is nobody to take them', async () => {
    const a = await startBackend('a');
    const { balancer } = await balance(a);
    balancer.suspect('a');
    a.state.ready = false;
    const socket = connect(balancer.port, '127.0.0.1');
    await once(socket, 'close');
  });
});

describe('the environment of a trial', () => {
  const stores = {
    redisUrl: 'redis://127.0.0.1:61000',
    databaseUrl: 'postgres://127.0.0.1:61001/postgres',
    dataDir: '/tmp/none',
  };
  const tls = { cert: '/tmp/none/cert.pem', key: '/tmp/none/key.pem' };

  it.each(['signaling', 'media'] as const)('is that of a %s node', (role) => {
    const node = { name: `${role}-2`, role, index: 1, port: 61_002, meshPort: 61_003 };
    const env = trialEnvironment(node, { ...stores, tls }, { basePort: 44_400 }, 3);
    const config = loadConfig({ file: null, env });
    expect(config.node).toMatchObject({ name: `${role}-2`, role });
    expect(config.server).toMatchObject({ host: '127.0.0.1', port: 61_002, tls });
    expect(config.media).toMatchObject({ workers: 3, basePort: 44_403 });
    const anywhere = trialEnvironment(node, { ...stores, tls: null }, { basePort: 0 }, 3);
    expect(loadConfig({ file: null, env: anywhere }).media.basePort).toBe(0);
  });

  it('is not a part of the cluster that the machine is one of', () => {
    const env = { REDIS_URL: 'r', PARLEY_CLUSTER_SECRET: 's', PARLEY_NODE_ROLE: 'media' };
    expect(withoutCluster({ ...env, PARLEY_LOG_LEVEL: 'debug' })).toEqual({
      PARLEY_LOG_LEVEL: 'debug',
    });
  });
});

describe('NodeLog', () => {
  it('puts the name before every line, and colours only where it is told to', async () => {
    let written = '';
    const log = new NodeLog(['media-1', 'signaling-1'], false, (text) => (written += text));
    log.add('media-1', '{"level":30,"time":0,"msg":"router opened","workerIndex":0}');
    log.add('signaling-1', 'a warning\n');
    log.add('signaling-1', '');
    log.announce('media-1 is back.', 'green');
    await eventually(() => expect(written.split('\n')).toHaveLength(4));
    const [first, ...others] = written.split('\n');
    expect(first).toMatch(/^media-1 {5}│ \[.+\] INFO: router opened \{"workerIndex":0\}$/);
    expect(others).toEqual(['signaling-1 │ a warning', '▶ media-1 is back.', '']);
  });
});
