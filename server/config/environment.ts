import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { unwrap } from './secrets.ts';

const PREFIX = 'PARLEY_';

/** Names that other parts of Parley read from the environment; they are not configuration keys. */
const RESERVED = new Set([
  'PARLEY_ADMIN_URL',
  'PARLEY_CACHE_DIR',
  'PARLEY_CHROMIUM',
  'PARLEY_CONFIG',
  'PARLEY_E2E_ON',
  'PARLEY_FFMPEG',
  'PARLEY_REDIS_SERVER',
  'PARLEY_SCREENSHOTS',
  'PARLEY_SOAK_SEED',
  'PARLEY_TEST_BACKENDS',
  'PARLEY_TEST_FAULTS',
  'PARLEY_TEST_POSTGRES_URL',
  'PARLEY_TURN_SERVER',
]);

/** Names that hosting platforms set. A PARLEY_ name for the same key wins. */
const CONVENTIONAL: Record<string, string> = {
  PORT: 'server.port',
  DATABASE_URL: 'database.url',
  REDIS_URL: 'cluster.redisUrl',
};

interface Leaf {
  /** Dotted path, `media.basePort`. */
  key: string;
  schema: z.core.$ZodType;
}

/** Every key that takes a value, in the schema's order. */
export function leaves(schema: z.core.$ZodType, path: string[] = []): Leaf[] {
  const inner = unwrap(schema);
  if (!(inner instanceof z.ZodObject)) return [{ key: path.join('.'), schema: inner }];
  return Object.entries(inner.shape as Record<string, z.core.$ZodType>).flatMap(([name, child]) =>
    leaves(child, [...path, name]),
  );
}

/** `media.basePort` → `PARLEY_MEDIA_BASE_PORT` */
export function environmentName(key: string): string {
  return (
    PREFIX +
    key
      .replaceAll(/([A-Z])/g, '_$1')
      .replaceAll('.', '_')
      .toUpperCase()
  );
}

/**
 * The value that a variable's text stands for: text as it is where the key takes text, a list
 * separated by commas where it takes a list of text, and YAML (so also JSON) everywhere else.
 * @throws YAMLParseError
 */
function valueOf(text: string, schema: z.core.$ZodType): unknown {
  const isText = (type: z.core.$ZodType) =>
    type instanceof z.ZodString ||
    type instanceof z.ZodStringFormat ||
    type instanceof z.ZodEnum ||
    type instanceof z.ZodPipe;
  if (isText(schema)) return text;
  if (schema instanceof z.ZodArray && isText(unwrap(schema.element)) && !text.startsWith('[')) {
    return text
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '');
  }
  return parseYaml(text);
}

interface EnvironmentValues {
  /** Nested like the configuration. */
  values: Record<string, unknown>;
  /** Dotted key → name of the variable that it came from. */
  sources: Map<string, string>;
  problems: string[];
}

/** Reads the configuration keys that the environment sets. Empty variables count as absent. */
export function readEnvironment(
  schema: z.core.$ZodType,
  env: Record<string, string | undefined>,
): EnvironmentValues {
  const result: EnvironmentValues = { values: {}, sources: new Map(), problems: [] };
  const byName = new Map(leaves(schema).map((leaf) => [environmentName(leaf.key), leaf]));
  for (const [name, key] of Object.entries(CONVENTIONAL)) {
    const leaf = byName.get(environmentName(key));
    if (leaf) byName.set(name, leaf);
  }
  // Conventional names first: what comes later overwrites.
  const names = Object.keys(env).sort(
    (a, b) => Number(a.startsWith(PREFIX)) - Number(b.startsWith(PREFIX)),
  );
  for (const name of names) {
    const text = env[name];
    if (text === undefined || text === '') continue;
    const leaf = byName.get(name);
    if (leaf) {
      try {
        setPath(result.values, leaf.key, valueOf(text, leaf.schema));
        result.sources.set(leaf.key, name);
      } catch {
        result.problems.push(`${leaf.key} (from ${name}): not readable as YAML or JSON`);
      }
    } else if (name.startsWith(PREFIX) && !RESERVED.has(name)) {
      result.problems.push(`${name}: no such setting${closest(name, [...byName.keys()])}`);
    }
  }
  return result;
}

function setPath(target: Record<string, unknown>, key: string, value: unknown): void {
  const path = key.split('.');
  const last = path.pop() ?? key;
  let node = target;
  for (const name of path) node = (node[name] ??= {}) as Record<string, unknown>;
  node[last] = value;
}

/** ` (did you mean …?)` when one of the names is near, else nothing. */
export function closest(name: string, candidates: string[]): string {
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: editDistance(name, candidate) }))
    .sort((a, b) => a.distance - b.distance)[0];
  return ranked && ranked.distance <= Math.max(2, name.length / 4)
    ? ` (did you mean ${ranked.candidate}?)`
    : '';
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      row.push(
        Math.min(
          (row[j - 1] ?? 0) + 1,
          (previous[j] ?? 0) + 1,
          (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1),
        ),
      );
    }
    previous = row;
  }
  return previous[b.length] ?? 0;
}
