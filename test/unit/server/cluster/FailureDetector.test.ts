import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FailureDetector, judge } from '../../../../server/cluster/FailureDetector.ts';
import { LocalMesh } from '../../../../server/cluster/LocalMesh.ts';
import { createLogger } from '../../../../server/core/logger.ts';
import { ScriptedRegistry } from '../../../support/ScriptedRegistry.ts';

describe('judge', () => {
  const fresh = { silentForMs: 0, heartbeatAgeMs: 800, isRegistryReachable: true };

  it.each([
    ['waits while heartbeats are not late yet', fresh, 'undecided'],
    ['does not wait when they are', { ...fresh, heartbeatAgeMs: 2_501 }, 'dead'],
    ['nor when the registry knows no such node', { ...fresh, heartbeatAgeMs: null }, 'dead'],
    ['believes heartbeats that go on', { ...fresh, silentForMs: 2_501 }, 'partitioned'],
    [
      'takes a partition for death once they stop',
      { silentForMs: 60_000, heartbeatAgeMs: 3_000, isRegistryReachable: true },
      'dead',
    ],
    [
      'learns nothing from a registry that is away',
      { silentForMs: 0, heartbeatAgeMs: 60_000, isRegistryReachable: false },
      'undecided',
    ],
    [
      'declares nobody dead without the registry',
      { silentForMs: 60_000, heartbeatAgeMs: null, isRegistryReachable: false },
      'partitioned',
    ],
  ] as const)('%s', (_case, evidence, verdict) => {
    expect(judge(evidence)).toBe(verdict);
  });
});

describe('FailureDetector', () => {
  let mesh: LocalMesh;
  let registry: ScriptedRegistry;
  let detector: FailureDetector;
  let told: string[];

  beforeEach(() => {
    vi.useFakeTimers();
    const logger = createLogger('silent', 'json');
    mesh = new LocalMesh('self', logger);
    registry = new ScriptedRegistry();
    registry.join('b');
    detector = new FailureDetector(mesh, registry, logger);
    told = [];
    detector.on('dead', (id) => told.push(`dead ${id}`));
    detector.on('partitioned', (id) => told.push(`partitioned ${id}`));
    detector.on('healed', (id) => told.push(`healed ${id}`));
  });
  afterEach(() => {
    detector.close();
    vi.useRealTimers();
  });

  it('takes refused connections for death, at once and once', async () => {
    mesh.emit('link-down', 'b', 'refused');
    mesh.emit('link-down', 'b', 'refused');
    await vi.advanceTimersByTimeAsync(0);
    mesh.emit('link-down', 'b', 'refused');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(registry.declaredDead).toStrictEqual(['b']);
    expect(told).toStrictEqual(['dead b']);
  });

  it('tells of a death that the registry has noticed', () => {
    registry.emit('left', 'b');
    mesh.emit('link-down', 'b', 'refused');
    expect(told).toStrictEqual(['dead b']);
    expect(registry.declaredDead).toStrictEqual([]);
  });

  it('tells of a death although the registry is away', async () => {
    registry.isReachable = false;
    mesh.emit('link-down', 'b', 'refused');
    await vi.advanceTimersByTimeAsync(0);
    expect(told).toStrictEqual(['dead b']);
  });

  it('takes silence for death once the heartbeats have stopped, too', async () => {
    registry.heartbeatAges.set('b', 1_900);
    mesh.emit('link-down', 'b', 'silent');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(told).toStrictEqual([]);
    registry.heartbeatAges.set('b', 2_900);
    await vi.advanceTimersByTimeAsync(250);
    expect(registry.declaredDead).toStrictEqual(['b']);
    expect(told).toStrictEqual(['dead b']);
  });

  it('takes silence for a partition while the heartbeats go on, and dials until it is over', async () => {
    const calls = vi.spyOn(mesh, 'call');
    mesh.emit('link-down', 'b', 'silent');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(told).toStrictEqual(['partitioned b']);
    expect(calls).toHaveBeenCalled();
    mesh.emit('link-up', 'b');
    expect(told).toStrictEqual(['partitioned b', 'healed b']);
    calls.mockClear();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(calls).not.toHaveBeenCalled();
    expect(registry.declaredDead).toStrictEqual([]);
  });

  it('tells of a node that dies while it is cut off', async () => {
    mesh.emit('link-down', 'b', 'silent');
    await vi.advanceTimersByTimeAsync(10_000);
    registry.heartbeatAges.set('b', 2_600);
    await vi.advanceTimersByTimeAsync(250);
    expect(told).toStrictEqual(['partitioned b', 'dead b']);
  });

  it('says nothing of a link that is soon there again, or has only ended', async () => {
    mesh.emit('link-down', 'b', 'silent');
    mesh.emit('link-up', 'b');
    mesh.emit('link-down', 'b', 'closed');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(told).toStrictEqual([]);
  });

  it('believes a node that was declared dead and is there again', async () => {
    mesh.emit('link-down', 'b', 'refused');
    await vi.advanceTimersByTimeAsync(0);
    registry.join('b');
    mesh.emit('link-down', 'b', 'refused');
    await vi.advanceTimersByTimeAsync(0);
    expect(told).toStrictEqual(['dead b', 'dead b']);
  });

  it('is quiet once it is closed', async () => {
    mesh.emit('link-down', 'b', 'silent');
    detector.close();
    detector.close();
    mesh.emit('link-down', 'c', 'refused');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(told).toStrictEqual([]);
    expect(registry.declaredDead).toStrictEqual([]);
  });
});
