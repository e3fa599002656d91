import { createLogger } from '../../server/core/logger.ts';
import type { Mesh } from '../../server/cluster/Mesh.ts';
import type { MeshTimings } from '../../server/cluster/MeshLink.ts';
import { WebSocketMesh } from '../../server/cluster/WebSocketMesh.ts';

export const MESH_SECRET = 'the secret of these tests, known to all nodes';

interface StartOptions {
  port?: number;
  secret?: string;
  timings?: Partial<MeshTimings>;
  /** Where this one reaches the others; as `addresses` say unless told. */
  addressOf?: (instanceId: string) => string | undefined;
}

/** Nodes of a cluster in this process that know where the others are. */
export class Meshes {
  /** Where each instance is reached; tests put proxies in. */
  readonly addresses = new Map<string, string>();
  readonly #meshes: WebSocketMesh[] = [];

  async start(
    instanceId: string,
    {
      port = 0,
      secret = MESH_SECRET,
      timings = {},
      addressOf = (id) => this.addresses.get(id),
    }: StartOptions = {},
  ): Promise<WebSocketMesh> {
    const mesh = await WebSocketMesh.create(
      {
        instanceId,
        listen: { host: '127.0.0.1', port },
        secret,
        addressOf,
        timings,
      },
      createLogger('silent', 'json'),
    );
    this.#meshes.push(mesh);
    this.addresses.set(instanceId, `ws://127.0.0.1:${mesh.port}`);
    return mesh;
  }

  async close(): Promise<void> {
    await Promise.all(this.#meshes.map((mesh) => mesh.close()));
  }
}

/** Every change of this node's links from now on, in order: `up b`, `silent b`. */
export function recordLinks(mesh: Mesh): string[] {
  const changes: string[] = [];
  mesh.on('link-up', (id) => changes.push(`up ${id}`));
  mesh.on('link-down', (id, how) => changes.push(`${how} ${id}`));
  return changes;
}
