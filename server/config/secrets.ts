import { inspect } from 'node:util';
import { z } from 'zod';

const MASK = '***';

/** How each secret schema is shown; a schema that is not here is not secret. */
const masks = new WeakMap<z.ZodType, (value: string) => string>();

/** Marks a string of the configuration that must never be printed. */
export function secret<T extends z.ZodType<string, string>>(schema: T): T {
  masks.set(schema, () => MASK);
  return schema;
}

/** Marks an address whose user and password must never be printed. */
export function secretUrl<T extends z.ZodType<string, string>>(schema: T): T {
  masks.set(schema, maskUrl);
  return schema;
}

/** The address without its credentials and query, both of which may hold a password. */
export function maskUrl(text: string): string {
  if (!URL.canParse(text)) return MASK;
  const { protocol, host, pathname } = new URL(text);
  return `${protocol}//${host}${pathname}`;
}

/** The schema inside defaults, optionals and the like. */
export function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  if (
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodNullable
  ) {
    return unwrap(schema.unwrap());
  }
  return schema;
}

/** A copy of parsed values with every secret replaced, by the schema that they were parsed with. */
export function masked(schema: z.core.$ZodType, value: unknown): unknown {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodObject && typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, child]: [string, unknown]) => {
        const childSchema = partOf(inner, key);
        return [key, childSchema ? masked(childSchema, child) : child];
      }),
    );
  }
  if (inner instanceof z.ZodArray && Array.isArray(value)) {
    return value.map((item: unknown) => masked(inner.element, item));
  }
  if (typeof value === 'string' && inner instanceof z.ZodType) {
    return masks.get(inner)?.(value) ?? value;
  }
  return value;
}

/**
 * Freezes the values all the way down and makes `console.log`, `util.inspect` and `JSON.stringify`
 * (loggers among them) show every object and list of it with its secrets masked.
 */
export function protect<T>(schema: z.core.$ZodType, value: T): DeepReadonly<T> {
  // A default that several configurations have in common is protected already.
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) {
    return value as DeepReadonly<T>;
  }
  const inner = unwrap(schema);
  for (const [key, child] of Object.entries(value)) {
    const childSchema = partOf(inner, key);
    if (childSchema) protect(childSchema, child);
  }
  if (inner instanceof z.ZodObject || inner instanceof z.ZodArray) {
    const show = () => masked(inner, value);
    Object.defineProperties(value, {
      toJSON: { value: show, enumerable: false },
      [inspect.custom]: { value: show, enumerable: false },
    });
  }
  return Object.freeze(value) as DeepReadonly<T>;
}

/** The schema of what an object has under a key, or a list at any place. */
export function partOf(schema: z.core.$ZodType, key: PropertyKey): z.core.$ZodType | undefined {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodArray) return inner.element;
  if (!(inner instanceof z.ZodObject)) return undefined;
  return (inner.shape as Record<PropertyKey, z.core.$ZodType>)[key];
}

export type DeepReadonly<T> = T extends readonly (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T;
