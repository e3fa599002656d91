import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import type { FailureDetector } from '../../../../server/cluster/FailureDetector.ts';
import type { Mesh } from '../../../../server/cluster/Mesh.ts';
import type { NodeInfo, NodeRegistry } from '../../../../server/cluster/NodeRegistry.ts';
import { MeshMediaNodes } from '../../../../server/compose/MeshMediaNodes.ts';
import { IDLE } from '../../../support/idle.ts';

const node = (name: string, values: Partial<NodeInfo>): NodeInfo => ({
  ...{ ...IDLE, instanceId: name, name, version: '1', region: null, meshUrl: null, startedAt: 0 },
  ...{ roles: ['media'], mark: 'ready', silentMs: 0 },
  ...values,
});

test('an owner asks mixers what they have of its meeting, and places nobody there', () => {
  const nodes = [
    node('signaling', { roles: ['signaling'] }),
    node('media', {}),
    node('drained', { mark: 'draining' }),
    node('mixer', { roles: ['mixer'], mixerCapacity: 1 }),
  ];
  const registry = Object.assign(new EventEmitter(), { self: nodes[0], nodes });
  const mesh = Object.assign(new EventEmitter(), { serve: () => undefined });
  const known = new MeshMediaNodes(
    registry as unknown as NodeRegistry,
    mesh as unknown as Mesh,
    new EventEmitter() as unknown as FailureDetector,
  );
  const found = known.snapshot().map(({ nodeId, ready }) => [nodeId, ready]);
  expect(found).toEqual([
    ['media', true],
    ['drained', false],
    ['mixer', false],
  ]);
});
