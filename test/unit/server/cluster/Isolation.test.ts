import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Isolation } from '../../../../server/cluster/Isolation.ts';
import { LocalMesh } from '../../../../server/cluster/LocalMesh.ts';
import { AppError } from '../../../../server/core/AppError.ts';
import { createLogger } from '../../../../server/core/logger.ts';
import { ScriptedRegistry } from '../../../support/ScriptedRegistry.ts';

const PATIENCE_MS = 5_000;

describe('a node', () => {
  let mesh: LocalMesh;
  let registry: ScriptedRegistry;
  let isolation: Isolation;
  let told: number;

  beforeEach(() => {
    vi.useFakeTimers();
    const logger = createLogger('silent', 'json');
    // It reaches nobody but itself.
    mesh = new LocalMesh('self', logger);
    registry = new ScriptedRegistry();
    registry.join('self');
    registry.join('b');
    isolation = new Isolation(mesh, registry, logger);
    told = 0;
    isolation.on('isolated', () => (told += 1));
  });
  afterEach(() => {
    isolation.close();
    vi.useRealTimers();
  });

  it('is isolated when the registry and all others have been silent for a while, until one is heard', async () => {
    registry.isReachable = false;
    await vi.advanceTimersByTimeAsync(PATIENCE_MS);
    expect(isolation.isIsolated).toBe(true);
    await vi.advanceTimersByTimeAsync(PATIENCE_MS);
    expect(told).toBe(1);
    registry.isReachable = true;
    await vi.advanceTimersByTimeAsync(PATIENCE_MS);
    expect(isolation.isIsolated).toBe(false);
    registry.isReachable = false;
    await vi.advanceTimersByTimeAsync(PATIENCE_MS);
    expect(told).toBe(2);
  });

  it.each([
    ['answers', () => Promise.resolve(null)],
    ['refuses, as one of another version', () => Promise.reject(new AppError('INTERNAL'))],
  ])('is not while another node %s', async (_how, answer) => {
    vi.spyOn(mesh, 'call').mockImplementation(answer);
    registry.isReachable = false;
    await vi.advanceTimersByTimeAsync(2 * PATIENCE_MS);
    expect(told).toBe(0);
  });

  it('is not while the registry answers, nor where nobody else is', async () => {
    await vi.advanceTimersByTimeAsync(2 * PATIENCE_MS);
    registry.heartbeatAges.delete('b');
    registry.isReachable = false;
    await vi.advanceTimersByTimeAsync(2 * PATIENCE_MS);
    expect(told).toBe(0);
  });
});
