/**
 * A node that tests may kill and freeze: run as a process of its own by `MeshProcess`, which hands
 * it its instance and where the others are, and gets back where it listens.
 */
import { createLogger } from '../../server/core/logger.ts';
import { WebSocketMesh } from '../../server/cluster/WebSocketMesh.ts';
import { MESH_SECRET } from './meshes.ts';

const [instanceId = '', peers = '{}', timings = '{}'] = process.argv.slice(2);
const addresses = new Map(Object.entries(JSON.parse(peers) as Record<string, string>));
const mesh = await WebSocketMesh.create(
  {
    instanceId,
    listen: { host: '127.0.0.1', port: 0 },
    secret: MESH_SECRET,
    addressOf: (id) => addresses.get(id),
    timings: JSON.parse(timings) as Record<string, number>,
  },
  createLogger('silent', 'json'),
);
const noted: unknown[] = [];
mesh.serve('echo', (args) => args);
mesh.serve('note', (args) => void noted.push(args));
mesh.serve('noted', () => noted);
mesh.serve('wait', async () => new Promise(() => undefined));
process.send?.(mesh.port);
// Whoever has started it is gone, however it went.
process.on('disconnect', () => process.exit());
