import { expect, test } from 'vitest';
import { z } from 'zod';
import { requests } from '../../../protocol/requests.ts';
import { routes } from '../../../protocol/rest.ts';
import type { Schema } from '../../support/protocolDocs/schemaText.ts';

/**
 * Where any character may stand, since it is never stored as it is: secrets that are hashed, cursors that are
 * decoded, and what is handed to the media worker or the other end of a call.
 */
const UNSTORED =
  /(password|passcode|pin|before|rtpParameters\..*|rtpCapabilities\..*|dtlsParameters\..*|sdp|candidate\..*)$/;

/** Paths of all strings in a schema that accept a NUL character, which PostgreSQL cannot store. */
function openToNul(schema: Schema, path: string): string[] {
  const parts = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
  if (schema.items) parts.push(schema.items);
  const found = parts.flatMap((part) => openToNul(part, path));
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    found.push(...openToNul(property, `${path}.${name}`));
  }
  const { additionalProperties: more, propertyNames: names } = schema;
  if (typeof more === 'object') found.push(...openToNul(more, `${path}.*`));
  if (names) found.push(...openToNul(names, `${path}.*`));
  const isText = schema.type === 'string' && !schema.enum && schema.const === undefined;
  if (!isText) return found;
  const refuses = schema.pattern !== undefined && !new RegExp(schema.pattern, 'u').test('a\0b');
  return refuses ? found : [...found, path];
}

const inputs: [name: string, schema: z.ZodType][] = [
  ...Object.entries(requests).map(([name, { input }]): [string, z.ZodType] => [name, input]),
  ...Object.entries<{ body: z.ZodType | null; query?: z.ZodType }>(routes).flatMap(
    ([name, { body, query }]) =>
      [body, query].flatMap((schema): [string, z.ZodType][] => (schema ? [[name, schema]] : [])),
  ),
];

test('no text that is stored may have a NUL character in it', () => {
  const found = inputs.flatMap(([name, schema]) => {
    const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' });
    return openToNul(json as Schema, name);
  });
  expect(found).toContain('login.password');
  expect(found.filter((path) => !UNSTORED.test(path))).toEqual([]);
});

test('what hosts and callees write has lines, and no other control characters', () => {
  const deny = requests['deny-participant'].input;
  const write = requests['message-waiting-room'].input;
  const reject = requests['call:reject'].input;
  const all = [
    (message: string) => deny.safeParse({ meetingId: 'm', all: true, message }).success,
    (message: string) => write.safeParse({ meetingId: 'm', message }).success,
    (message: string) => reject.safeParse({ callId: 'c', message }).success,
  ];
  for (const accepts of all) {
    expect(accepts('Two lines,\n\tsoon\r\nover 🎉')).toBe(true);
    for (const bad of ['a\0b', 'a\u0007b', 'a\u009fb', 'a\ud800b']) {
      expect(accepts(bad), JSON.stringify(bad)).toBe(false);
    }
  }
});
