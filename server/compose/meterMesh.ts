import { MeshTimeoutError, UnreachableError, type Mesh } from '../cluster/Mesh.ts';
import { AppError } from '../core/AppError.ts';
import { StaleEpochError } from '../core/StaleEpochError.ts';
import type { MeshMetrics } from '../metrics/meshMetrics.ts';

/**
 * The same mesh, whose calls to other nodes, refusals and links are counted.
 * @param self instance of this node: what it asks itself crosses no network, and is not measured
 */
export function meterMesh(mesh: Mesh, self: string, metrics: MeshMetrics): Mesh {
  mesh.on('link-up', (instanceId) => metrics.linkUp(instanceId));
  mesh.on('link-down', (instanceId, how) => metrics.linkDown(instanceId, how));
  return {
    on: mesh.on.bind(mesh),
    off: mesh.off.bind(mesh),
    once: mesh.once.bind(mesh),
    close: () => mesh.close(),
    tell: (instanceId, operation, args) => mesh.tell(instanceId, operation, args),

    serve(operation, act) {
      const count = (error: unknown): void => {
        if (error instanceof StaleEpochError) metrics.staleRefused(operation);
      };
      mesh.serve(operation, (args, from) => {
        try {
          const result = act(args, from);
          // Whoever serves it hears of the failure, too.
          if (result instanceof Promise) result.catch(count);
          return result;
        } catch (error) {
          count(error);
          throw error;
        }
      });
    },

    async call(instanceId, operation, args, options) {
      if (instanceId === self) return mesh.call(instanceId, operation, args, options);
      const began = performance.now();
      const observe = (outcome: string): void =>
        metrics.observeCall(operation, outcome, (performance.now() - began) / 1_000);
      try {
        const answer = await mesh.call(instanceId, operation, args, options);
        observe('ok');
        return answer;
      } catch (error) {
        observe(outcomeOf(error));
        throw error;
      }
    },
  };
}

function outcomeOf(error: unknown): string {
  if (error instanceof UnreachableError) return 'unreachable';
  if (error instanceof MeshTimeoutError) return 'timeout';
  if (error instanceof StaleEpochError) return 'stale-epoch';
  return error instanceof AppError ? error.code : 'INTERNAL';
}
