import { z } from 'zod';
import type { NodeIdentity, NodeInfo, NodeLoad } from '../cluster/NodeRegistry.ts';
import type { Logger } from '../core/logger.ts';
import { fromJson } from './fromJson.ts';

const identity: z.ZodType<NodeIdentity> = z.object({
  instanceId: z.string().min(1),
  name: z.string(),
  roles: z.array(z.enum(['signaling', 'media', 'mixer'])),
  version: z.string(),
  region: z.string().nullable(),
  meshUrl: z.string().nullable(),
  startedAt: z.number(),
});
const load: z.ZodType<NodeLoad> = z.object({
  load: z.number(),
  meetings: z.number(),
  connections: z.number(),
  // Nodes of an earlier version do not tell.
  routers: z.number().default(0),
  participants: z.number().default(0),
  workers: z.array(z.object({ index: z.number(), load: z.number() })),
  mixerCapacity: z.number().default(0),
});
const entry = z.tuple([
  z.string(),
  fromJson(identity),
  fromJson(load),
  z.enum(['ready', 'cordoned', 'draining']),
  z.number(),
]);
const FIELDS = 5;

/**
 * Nodes as a heartbeat lists them, by instance. Another version may write what this one does not
 * understand: such a node is left out, and logged.
 */
export function parseNodes(
  fields: readonly (string | number)[],
  logger: Logger,
): Map<string, NodeInfo> {
  const nodes = new Map<string, NodeInfo>();
  for (let start = 0; start < fields.length; start += FIELDS) {
    const parsed = entry.safeParse(fields.slice(start, start + FIELDS));
    if (!parsed.success) {
      logger.warn({ instanceId: fields[start], err: parsed.error }, 'node not understood');
      continue;
    }
    const [instanceId, told, load, mark, silentMs] = parsed.data;
    nodes.set(instanceId, { ...told, ...load, instanceId, mark, silentMs });
  }
  return nodes;
}
