import { once } from 'node:events';
import { connect } from 'node:net';
import { z } from 'zod';
import { failure, ok, warning, type Finding } from './findings.ts';

const TIMEOUT_MS = 1_000;
const NODES = 'Nodes';

const identity = z.object({
  name: z.string(),
  roles: z.array(z.string()),
  version: z.string(),
  meshUrl: z.string().nullable(),
});

export type KnownNode = z.output<typeof identity> & { mark: string };

/** A node as it is registered in Redis; null when it is gone by now, or not understood. */
export function readNode(json: string | null, mark: string | null): KnownNode | null {
  if (json === null) return null;
  try {
    return { ...identity.parse(JSON.parse(json)), mark: mark ?? 'ready' };
  } catch {
    return null;
  }
}

/** The other nodes of the cluster, and whether they can be reached from here. */
export async function checkNodes(nodes: readonly KnownNode[]): Promise<Finding[]> {
  const reached = await Promise.all(
    nodes.map(async (node): Promise<Finding> => {
      const { name, roles, version, meshUrl, mark } = node;
      const text = `${roles.join(' and ')}, version ${version}${mark === 'ready' ? '' : `, ${mark}`}`;
      if (meshUrl === null || (await answers(meshUrl))) return ok(`Node ${name}`, text);
      return failure(
        `Node ${name}`,
        `${meshUrl} cannot be reached from here.`,
        'Open its cluster.port to all nodes, or set its cluster.advertisedAddress to an address that leads there.',
      );
    }),
  );
  return [...judgeNodes(nodes), ...reached];
}

export function judgeNodes(nodes: readonly KnownNode[]): Finding[] {
  if (nodes.length === 0) return [ok(NODES, 'none is running')];
  const findings: Finding[] = [];
  for (const role of ['signaling', 'media']) {
    const count = nodes.filter(({ roles }) => roles.includes(role)).length;
    if (count === 0) {
      findings.push(failure(NODES, `none is for ${role}.`, `Start one: PARLEY_NODE_ROLE=${role}.`));
    } else if (count === 1) {
      findings.push(
        warning(
          NODES,
          `one only is for ${role}: what it does stops with it.`,
          `Start another: PARLEY_NODE_ROLE=${role}.`,
        ),
      );
    }
  }
  const versions = [...new Set(nodes.map(({ version }) => version))];
  if (versions.length > 1) {
    findings.push(
      warning(
        NODES,
        `run different versions: ${versions.sort().join(', ')}.`,
        'Bring all of them to the newest.',
      ),
    );
  }
  if (findings.length === 0) findings.push(ok(NODES, `${nodes.length} are running`));
  return findings;
}

async function answers(meshUrl: string): Promise<boolean> {
  const { hostname, port } = new URL(meshUrl);
  const socket = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) });
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(TIMEOUT_MS) });
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
