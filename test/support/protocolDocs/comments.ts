import { readFileSync } from 'node:fs';
import { type ESTree, parseSync } from 'vite';

/** The doc comments of one source file: of constants by name, of a constant's entries by `name.entry`. */
export function readComments(file: string): ReadonlyMap<string, string> {
  const text = readFileSync(file, 'utf8');
  const comments = new Map<string, string>();
  for (const statement of parseSync(file, text).program.body) {
    const declaration =
      statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
    if (declaration?.type !== 'VariableDeclaration') continue;
    for (const { id, init } of declaration.declarations) {
      const constant = textOf(id);
      keep(constant, statement);
      for (const entry of (init && entriesOf(init)) ?? []) {
        const key = entryName(entry);
        if (key !== undefined) keep(`${constant}.${key}`, entry);
      }
    }
  }
  return comments;

  function entryName(entry: ESTree.Node): string | undefined {
    if (isString(entry)) return entry.value;
    if (entry.type !== 'Property' || entry.method || entry.kind !== 'init') return undefined;
    return isString(entry.key) ? entry.key.value : textOf(entry.key);
  }

  function textOf({ start, end }: ESTree.Span): string {
    return text.slice(start, end);
  }

  function keep(key: string, { start }: ESTree.Span): void {
    const comment = commentBefore(text.slice(0, start));
    if (comment !== undefined) comments.set(key, comment);
  }
}

function isString(node: ESTree.Node): node is ESTree.StringLiteral {
  return node.type === 'Literal' && typeof node.value === 'string';
}

/** Entries of the first object or array literal: `{ … }`, `z.object({ … })`, `{ … } as const satisfies …`. */
function entriesOf(expression: ESTree.Node): readonly ESTree.Node[] | undefined {
  const { type } = expression;
  if (type === 'ObjectExpression') return expression.properties;
  if (type === 'ArrayExpression') return expression.elements.filter((element) => element !== null);
  if (type === 'TSAsExpression' || type === 'TSSatisfiesExpression') {
    return entriesOf(expression.expression);
  }
  if (type !== 'CallExpression') return undefined;
  for (const argument of expression.arguments) {
    const entries = entriesOf(argument);
    if (entries) return entries;
  }
  const { callee } = expression;
  return callee.type === 'MemberExpression' ? entriesOf(callee.object) : undefined;
}

/** The doc comment that `text` ends with, on one line. */
function commentBefore(text: string): string | undefined {
  const end = text.trimEnd();
  if (!end.endsWith('*/')) return undefined;
  const comment = end.slice(end.lastIndexOf('/*'));
  if (!comment.startsWith('/**')) return undefined;
  return comment
    .slice(3, -2)
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, '').trim())
    .join(' ')
    .trim();
}
