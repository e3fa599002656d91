import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FailureDetector } from '../../../server/cluster/FailureDetector.ts';
import { MemoryCluster } from '../../../server/cluster/MemoryCluster.ts';
import { MemoryNodeRegistry } from '../../../server/cluster/MemoryNodeRegistry.ts';
import { UnreachableError } from '../../../server/cluster/Mesh.ts';
import { RelayingMesh } from '../../../server/cluster/RelayingMesh.ts';
import { AppError } from '../../../server/core/AppError.ts';
import { createLogger } from '../../../server/core/logger.ts';
import { StaleEpochError } from '../../../server/core/StaleEpochError.ts';
import { IDLE } from '../../support/idle.ts';
import { eventually } from '../../support/eventually.ts';
import { Meshes, recordLinks } from '../../support/meshes.ts';
import { TcpProxy } from '../../support/TcpProxy.ts';

const logger = createLogger('silent', 'json');
/** Silence is found after this time, … */
const TIMINGS = { pingMs: 100, silentMs: 1_500 };
/** … and that it is no death, so much later. */
const NO_DEATH_MS = 400;
const PATIENCE_MS = 15_000;
const NOTES = 50;

describe('two nodes that cannot reach each other', () => {
  let closing: (() => unknown)[];
  let cluster: MemoryCluster;
  /** The ways between `owner` and `media`, one for each who dials. */
  let cables: TcpProxy[];
  /** Where they lead from, by who dials whom. */
  let through: Map<string, string>;

  beforeEach(() => {
    closing = [];
    cluster = new MemoryCluster();
    cables = [];
    through = new Map();
  });
  afterEach(async () => {
    for (const close of closing.reverse()) await close();
  });

  /** @param names nodes beside `owner` and `media` */
  async function start(...names: string[]) {
    const reached = new Meshes();
    const meshes = new Map<string, RelayingMesh>();
    closing.push(() => reached.close());
    const add = async (name: string): Promise<void> => {
      const direct = await reached.start(name, {
        timings: TIMINGS,
        addressOf: (id) => through.get(`${name} ${id}`) ?? reached.addresses.get(id),
      });
      const registry = new MemoryNodeRegistry({
        cluster,
        self: {
          ...{ instanceId: name, name, version: '1', region: null, startedAt: 0 },
          roles: name === 'media' ? ['media'] : ['signaling'],
          meshUrl: `ws://127.0.0.1:${direct.port}`,
        },
        report: () => IDLE,
      });
      const failures = new FailureDetector(direct, registry, logger, NO_DEATH_MS);
      closing.push(
        () => registry.close(),
        () => failures.close(),
      );
      meshes.set(name, new RelayingMesh(direct, registry, failures, logger));
    };
    for (const name of ['owner', 'media', ...names]) await add(name);
    for (const [from, to] of [
      ['owner', 'media'],
      ['media', 'owner'],
    ] as const) {
      const cable = await TcpProxy.start(Number(new URL(reached.addresses.get(to) ?? '').port));
      closing.push(() => cable.close());
      cables.push(cable);
      through.set(`${from} ${to}`, cable.url.replace('http', 'ws'));
    }
    const of = (name: string): RelayingMesh => {
      const mesh = meshes.get(name);
      if (!mesh) throw new Error(`there is no ${name}`);
      return mesh;
    };
    return { owner: of('owner'), media: of('media'), of, add };
  }
  /** Neither hears the other any more, and both have noticed. */
  async function part(owner: RelayingMesh, media: RelayingMesh): Promise<string[]> {
    media.serve('echo', (args, from) => ({ args, from }));
    await eventually(async () => {
      expect(await owner.call('media', 'echo', 1)).toEqual({ args: 1, from: 'owner' });
    });
    const links = recordLinks(owner);
    for (const cable of cables) cable.silence();
    await expect(owner.call('media', 'echo', 2)).rejects.toThrow(UnreachableError);
    return links;
  }

  it('do over a third, in order, and directly again when they can', async () => {
    const { owner, media } = await start('helper');
    const noted: unknown[] = [];
    media.serve('note', (args) => noted.push(args));
    media.serve('refuse', () => Promise.reject(new AppError('FULL')));
    media.serve('fence', () => Promise.reject(new StaleEpochError('m', 3)));
    const heard: unknown[] = [];
    owner.serve('event', (args, from) => heard.push([args, from]));
    const links = await part(owner, media);
    await eventually(() => expect(links).toContain('up media'), PATIENCE_MS);

    expect(await owner.call('media', 'echo', 3)).toEqual({ args: 3, from: 'owner' });
    await expect(owner.call('media', 'refuse', null)).rejects.toMatchObject({ code: 'FULL' });
    await expect(owner.call('media', 'fence', null)).rejects.toBeInstanceOf(StaleEpochError);
    const many = Array.from({ length: NOTES }, (_, index) => index);
    for (const index of many) {
      if (index % 2 === 0) owner.tell('media', 'note', index);
      else void owner.call('media', 'note', index);
    }
    await eventually(() => expect(noted).toEqual(many));
    await eventually(() => {
      media.tell('owner', 'event', 'told');
      expect(heard[0]).toEqual(['told', 'media']);
    }, PATIENCE_MS);

    links.length = 0;
    for (const cable of cables) cable.restore();
    await eventually(() => expect(links).toContain('up media'), PATIENCE_MS);
    expect(await owner.call('media', 'echo', 4)).toEqual({ args: 4, from: 'owner' });
  });

  it('wait for the end of it where nobody else is there', async () => {
    const { owner, media } = await start();
    const links = await part(owner, media);
    for (const cable of cables) cable.restore();
    await eventually(() => expect(links.at(-1)).toBe('up media'), PATIENCE_MS);
    expect(await owner.call('media', 'echo', 3)).toEqual({ args: 3, from: 'owner' });
  });

  it('reach each other again over one that comes later, and make up for what was lost', async () => {
    const { owner, media, add } = await start();
    const links = await part(owner, media);
    await eventually(
      () => expect(owner.call('media', 'echo', 3)).rejects.toThrow('no other node reaches it'),
      PATIENCE_MS,
    );
    expect(links.at(-1)).not.toBe('up media');
    await add('helper');
    await eventually(() => expect(links.at(-1)).toBe('up media'), PATIENCE_MS);
    expect(await owner.call('media', 'echo', 4)).toEqual({ args: 4, from: 'owner' });
  });

  it('do over a third a second time, whenever what was asked the first time is answered', async () => {
    const { owner, media } = await start('helper');
    const { promise: asked, resolve: answer } = Promise.withResolvers<string>();
    media.serve('ask', () => asked);
    const links = await part(owner, media);
    await eventually(() => expect(links).toContain('up media'), PATIENCE_MS);
    const answered = owner.call('media', 'ask', null, { timeoutMs: 60_000 });
    for (const change of ['restore', 'silence'] as const) {
      links.length = 0;
      for (const cable of cables) cable[change]();
      await eventually(() => expect(links.at(-1)).toBe('up media'), PATIENCE_MS);
    }
    answer('at last');
    expect(await answered).toBe('at last');
    expect(await owner.call('media', 'echo', 3)).toEqual({ args: 3, from: 'owner' });
  }, 40_000);

  it('take another way when the node that passes things on is gone', async () => {
    const { owner, media, of } = await start('first', 'second');
    const links = await part(owner, media);
    await eventually(() => expect(links.at(-1)).toBe('up media'), PATIENCE_MS);
    await of('first').close();
    await eventually(async () => {
      expect(await owner.call('media', 'echo', 3)).toEqual({ args: 3, from: 'owner' });
    });
  });
});
