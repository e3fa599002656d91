import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { closest, readEnvironment } from './environment.ts';
import { configSchema, type ConfigValues } from './schema.ts';
import { partOf, protect, unwrap, type DeepReadonly } from './secrets.ts';

/** Deeply frozen; prints with its secrets masked. */
export type Config = DeepReadonly<ConfigValues>;

/** The configuration cannot be used. The message lists every problem, one to a line. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(['The configuration has problems:', ...problems.map((text) => `  - ${text}`)].join('\n'));
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** Where relative paths of the configuration count from, wherever the server is started. */
const ROOT = resolve(import.meta.dirname, '../..');
const DEFAULT_FILE = join(ROOT, 'config/parley.yaml');

interface LoadOptions {
  /** YAML file. Null: none. Not given: `--config FILE`, PARLEY_CONFIG, or config/parley.yaml if it exists. */
  file?: string | null;
  env: Record<string, string | undefined>;
  /** Command line after the script's name. */
  argv?: readonly string[];
}

/**
 * The configuration from a file and, over it, the environment.
 * @throws ConfigError naming every key that is unknown or has a bad value, and what was expected
 */
export function loadConfig({ file, env, argv = [] }: LoadOptions): Config {
  const problems: string[] = [];
  const path = file === undefined ? chooseFile(env, argv, problems) : file;
  const fromFile = path === null ? {} : readFile(path, problems);
  const environment = readEnvironment(configSchema, env);
  problems.push(...environment.problems);

  const parsed = configSchema.safeParse(merge(fromFile, environment.values));
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      problems.push(...describe(issue, path, environment.sources));
    }
  }
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems);
  return protect(configSchema, withAbsolutePaths(parsed.data));
}

function chooseFile(
  env: LoadOptions['env'],
  argv: readonly string[],
  problems: string[],
): string | null {
  let chosen = env['PARLEY_CONFIG'] ?? '';
  for (let index = 0; index < argv.length; index++) {
    const argument = argv[index] ?? '';
    const [, inline] = /^--config=(.*)$/.exec(argument) ?? [];
    if (inline !== undefined) chosen = inline;
    else if (argument === '--config') chosen = argv[++index] ?? '';
    else {
      problems.push(`${argument}: no such option; expected --config FILE`);
      continue;
    }
    if (chosen === '') problems.push('--config: expected the name of a file');
  }
  if (chosen !== '') return resolve(chosen);
  return existsSync(DEFAULT_FILE) ? DEFAULT_FILE : null;
}

function readFile(path: string, problems: string[]): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    problems.push(`${path}: cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'})`);
    return {};
  }
  const document = parseDocument(text);
  // The message of a YAML error quotes the line, which may hold a secret: only its place is told.
  problems.push(
    ...document.errors.map((error) => {
      const [place] = error.linePos ?? [];
      return `${path}: not YAML at line ${place?.line ?? '?'}, column ${place?.col ?? '?'} (${error.code})`;
    }),
  );
  if (document.errors.length > 0) return {};
  const value: unknown = document.toJS();
  if (value === null) return {};
  if (!isPlainObject(value)) {
    problems.push(`${path}: expected keys and values, one section per key`);
    return {};
  }
  return value;
}

/** One line for each key that an issue is about. */
function describe(
  issue: z.core.$ZodIssue,
  file: string | null,
  sources: ReadonlyMap<string, string>,
): string[] {
  const key = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(issue.path);
    return issue.keys.map(
      (name) =>
        `${[...issue.path, name].join('.')} (from ${file ?? 'the environment'}): ` +
        `no such key${closest(name, known)}`,
    );
  }
  const variable = [...sources].find(([name]) => key === name || key.startsWith(`${name}.`))?.[1];
  const source = variable ?? file;
  return [`${key || 'configuration'}${source ? ` (from ${source})` : ''}: ${expectation(issue)}`];
}

function expectation(issue: z.core.$ZodIssue): string {
  if (issue.code !== 'invalid_union') return issue.message.replace(/^Invalid input: /, '');
  const options = issue.errors.map((issues) => issues.map(expectation).join(' and '));
  return options.join('; or ');
}

function knownKeys(path: readonly PropertyKey[]): string[] {
  let schema: z.core.$ZodType = configSchema;
  for (const name of path) {
    const child = partOf(schema, name);
    if (!child) return [];
    schema = child;
  }
  const inner = unwrap(schema);
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
}

function withAbsolutePaths(values: ConfigValues): ConfigValues {
  const { tls, dataDir } = values.server;
  return {
    ...values,
    server: {
      ...values.server,
      dataDir: resolve(ROOT, dataDir),
      tls:
        typeof tls === 'string'
          ? tls
          : { cert: resolve(ROOT, tls.cert), key: resolve(ROOT, tls.key) },
    },
  };
}

/** `over` on top of `base`; objects are merged, everything else replaced. */
function merge(base: Record<string, unknown>, over: Record<string, unknown>): unknown {
  const merged = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key];
    merged[key] = isPlainObject(below) && isPlainObject(value) ? merge(below, value) : value;
  }
  return merged;
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
