import { dirname, relative, resolve } from 'node:path';
import { ROOT } from '../command.ts';

/**
 * Who may import whom. Every folder lists the folders of ours that it may use, itself apart;
 * everything else of ours is out of bounds. `docs/architecture.md` explains why.
 */
const foundation = ['protocol', 'server/core'];
const services = [
  'server/config',
  'server/db',
  'server/redis',
  'server/auth',
  'server/media',
  'server/cluster',
  'server/metrics',
];
const domains = [
  ...['server/meetings', 'server/webhooks', 'server/admin'],
  ...['server/chat', 'server/people', 'server/calls', 'server/live'],
];
export const mayImport: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  'server/core': ['protocol'],
  'server/config': foundation,
  // Domains declare the stores they need; db and redis implement them, so they see their types.
  'server/db': [...foundation, 'server/config', ...domains, 'server/auth', 'migrations'],
  'server/redis': [...foundation, 'server/config', 'server/auth', 'server/cluster', ...domains],
  'server/auth': [...foundation, 'server/config'],
  'server/media': [...foundation, 'server/config'],
  // The owner's side knows nodes by their commands only.
  'server/media/cascade': [...foundation, 'server/config', 'server/media'],
  'server/cluster': [...foundation, 'server/config'],
  'server/metrics': [...foundation, 'server/config'],
  'server/meetings': [
    ...foundation,
    ...services.filter((folder) => folder !== 'server/db' && folder !== 'server/redis'),
  ],
  'server/webhooks': [...foundation, 'server/config'],
  'server/admin': [
    ...foundation,
    ...['server/auth', 'server/cluster', 'server/config', 'server/meetings', 'server/webhooks'],
  ],
  // Siblings that meet through what `compose` hands them.
  'server/chat': [...foundation, 'server/auth', 'server/cluster', 'server/config'],
  'server/people': [...foundation, 'server/auth', 'server/cluster', 'server/config'],
  'server/calls': [...foundation, 'server/auth', 'server/cluster', 'server/config'],
  // Rooms are of meetings; the mixer below knows neither those nor mediasoup.
  'server/live': [
    ...foundation,
    ...['server/auth', 'server/cluster', 'server/config', 'server/meetings'],
  ],
  'server/live/mixer': [...foundation, 'server/config', 'server/live'],
  'server/signaling': [...foundation, ...services, ...domains],
  'server/http': [...foundation, ...services, ...domains],
  'client/i18n': ['protocol'],
  'client/api': ['protocol'],
  'client/media': ['protocol', 'client/api'],
  'client/state': ['protocol', 'client/api', 'client/media', 'client/i18n'],
  'client/views': ['protocol', 'client/state', 'client/i18n', 'client/styles'],
};

/** Packages, or scopes of them, that one folder owns: nobody else speaks to them. */
export const owners: Readonly<Record<string, readonly string[]>> = {
  mediasoup: ['server/media'],
  knex: ['server/db', 'migrations'],
  pg: ['server/db'],
  ioredis: ['server/redis'],
  koa: ['server/http'],
  '@koa': ['server/http'],
  'socket.io': ['server/signaling'],
  'socket.io-client': ['client/api'],
  'mediasoup-client': ['client/media'],
  'hls.js': ['client/media'],
  preact: ['client/views'],
  jsonwebtoken: ['server/auth', 'server/cluster'],
  ws: ['server/cluster'],
  sharp: ['server/people', 'server/live/mixer'],
  s3mini: ['server/live'],
  'libopus-wasm': ['server/live/mixer'],
};

/** Why `file`, an absolute path, may not import what it calls `source`; nothing if it may. */
export function refusal(file: string, source: string): string | undefined {
  const importer = relative(ROOT, file);
  // Of a folder within another, what holds for both.
  const folders = Object.keys(mayImport).filter((folder) => isWithin(folder, importer));
  if (source.startsWith('.')) {
    const imported = relative(ROOT, resolve(dirname(file), source));
    const strict = folders.find((folder) => !mayReach(folder, imported));
    if (strict === undefined) return undefined;
    const open = mayImport[strict] ?? [];
    return `${strict} may import ${open.length > 0 ? `only ${open.join(', ')}` : 'nothing of ours'}.`;
  }
  const home = folders.toSorted((a, b) => a.length - b.length).at(-1);
  const owner = Object.entries(owners).find(([name]) => isWithin(name, source));
  if (home === undefined || !owner || owner[1].includes(home)) return undefined;
  return `${owner[0]} is not ${home}'s to use, but that of ${owner[1].join(' and ')}.`;
}

function mayReach(folder: string, path: string): boolean {
  return [folder, ...(mayImport[folder] ?? [])].some((open) => isWithin(open, path));
}

function isWithin(folder: string, path: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}
