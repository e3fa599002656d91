import js from '@eslint/js';
import importX, { createNodeResolver } from 'eslint-plugin-import-x';
import ts from 'typescript-eslint';

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
const mayImport = {
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
const ours = ['protocol', 'server', 'client', 'migrations', 'provision', 'test', 'bench'];

/** Packages that one folder owns: nobody else speaks to them. */
const owners = {
  mediasoup: ['server/media'],
  knex: ['server/db', 'migrations'],
  pg: ['server/db'],
  ioredis: ['server/redis'],
  koa: ['server/http'],
  '@koa/*': ['server/http'],
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

/** Everything of ours outside `folder` and what it may import, as an import-x zone. */
function restrictedZone([folder, allowed]) {
  // Exceptions of a glob zone are matched against absolute paths.
  const open = [folder, ...allowed].map((path) => `${import.meta.dirname}/${path}/**/*`);
  return {
    target: `./${folder}/**/*`,
    from: ours.map((top) => `./${top}/**/*`),
    except: open,
    message: `${folder} may import only: ${allowed.join(', ') || 'nothing of ours'}.`,
  };
}

function packagesClosedTo(folder) {
  return Object.entries(owners)
    .filter(([, folders]) => !folders.includes(folder))
    .flatMap(([name]) => [name, `${name}/*`]);
}

export default ts.config(
  { ignores: ['client/dist', 'data', 'node_modules', 'test-results'] },
  js.configs.recommended,
  ...ts.configs.strictTypeChecked,
  ...ts.configs.stylisticTypeChecked,
  {
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    languageOptions: {
      parserOptions: {
        projectService: {
          allowDefaultProject: ['*.js', 'provision/*.mjs', 'client/vite.config.ts'],
        },
      },
    },
    plugins: { 'import-x': importX },
    settings: {
      // Without these, no-cycle looks only into JavaScript.
      ...importX.flatConfigs.typescript.settings,
      // The default takes any folder called "node" for a resolver, and Vite has one.
      'import-x/resolver-next': [createNodeResolver()],
      'import-x/ignore': ['/node_modules/'],
    },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_' },
      ],
      'import-x/no-cycle': ['error', { ignoreExternal: true }],
      'import-x/no-restricted-paths': [
        'error',
        { zones: Object.entries(mayImport).map(restrictedZone), basePath: import.meta.dirname },
      ],
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  ...Object.keys(mayImport).map((folder) => ({
    files: [`${folder}/**/*`],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        { patterns: [{ group: packagesClosedTo(folder), message: `Not ${folder}'s to use.` }] },
      ],
    },
  })),
  {
    files: ['provision/**', 'bench/**'],
    rules: { 'no-console': 'off' },
  },
  { files: ['**/*.js', '**/*.mjs'], ...ts.configs.disableTypeChecked },
);
