/** The part of JSON Schema that the contract's schemas come to. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: (string | number)[];
  const?: string | number | boolean;
  anyOf?: Schema[];
  oneOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  propertyNames?: Schema;
  additionalProperties?: Schema | boolean;
  format?: string;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  minItems?: number;
  maxItems?: number;
  default?: unknown;
}

/** What a field means, by its name. */
type Comments = (field: string) => string | undefined;

/** A schema as a TypeScript type, its bounds in comments. */
export function typeText(
  schema: Schema,
  comments: Comments = () => undefined,
  indent = '',
): string {
  if (schema.$ref !== undefined) return schema.$ref;
  if (schema.const !== undefined) return literal(schema.const);
  if (schema.enum) return schema.enum.map(literal).join(' | ');
  const options = optionsOf(schema);
  if (options) return options.map((option) => typeText(option, comments, indent)).join(' | ');
  if (schema.type === 'object') return objectText(schema, comments, indent);
  if (schema.type !== 'array') return String(schema.type ?? 'unknown');
  const { items = {} } = schema;
  const item = typeText(items, undefined, indent);
  return optionsOf(items) || items.enum ? `(${item})[]` : `${item}[]`;
}

function optionsOf({ anyOf, oneOf, type }: Schema): Schema[] | undefined {
  return anyOf ?? oneOf ?? (Array.isArray(type) ? type.map((one) => ({ type: one })) : undefined);
}

function objectText(schema: Schema, comments: Comments, indent: string): string {
  if (schema.propertyNames && typeof schema.additionalProperties === 'object') {
    return `Record<string, ${typeText(schema.additionalProperties)}>`;
  }
  const fields = Object.entries(schema.properties ?? {});
  if (fields.length === 0) return '{}';
  const required = new Set(schema.required);
  const inner = `${indent}  `;
  const lines = fields.map(([name, field]) => {
    const notes = [boundsText(field), comments(name)].filter((note) => note !== undefined);
    const comment = notes.length > 0 ? ` // ${notes.join('; ')}` : '';
    const mark = required.has(name) ? '' : '?';
    return `${inner}${name}${mark}: ${typeText(field, undefined, inner)};${comment}`;
  });
  return `{\n${lines.join('\n')}\n${indent}}`;
}

/** What a type cannot say: lengths, ranges, formats. */
export function boundsText(schema: Schema): string | undefined {
  const bounds = [
    range(schema.minLength, schema.maxLength, 'characters'),
    range(schema.minItems, schema.maxItems, 'items'),
    range(schema.minimum, lowered(schema.maximum), ''),
    schema.exclusiveMinimum === undefined ? undefined : `above ${schema.exclusiveMinimum}`,
    schema.default === undefined ? undefined : `default ${JSON.stringify(schema.default)}`,
    schema.items && schema.items.$ref === undefined ? boundsText(schema.items) : undefined,
    ...(schema.anyOf ?? []).map(boundsText),
  ].filter((bound) => bound !== undefined);
  const form = formText(schema);
  const all = form === undefined ? bounds : [form, ...bounds];
  return all.length === 0 ? undefined : all.join(', ');
}

function formText({ format, pattern }: Schema): string | undefined {
  if (format === 'date-time') return 'ISO 8601 in UTC';
  if (format !== undefined) return format;
  return pattern === undefined ? undefined : `matches \`${pattern}\``;
}

/** Zod bounds every integer by what a double holds exactly; that says nothing. */
function lowered(maximum: number | undefined): number | undefined {
  return maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum;
}

function range(low: number | undefined, high: number | undefined, unit: string) {
  const least = low === Number.MIN_SAFE_INTEGER ? undefined : low;
  if (least === undefined && high === undefined) return undefined;
  const text =
    high === undefined
      ? `at least ${least ?? 0}`
      : least === undefined
        ? `at most ${high}`
        : `${least} to ${high}`;
  return `${text} ${unit}`.trim();
}

function literal(value: string | number | boolean): string {
  return typeof value === 'string' ? `'${value}'` : String(value);
}
