import { readFileSync } from 'node:fs';
import ts from 'typescript';

/** The doc comments of one source file: of constants by name, of a constant's entries by `name.entry`. */
export function readComments(file: string): ReadonlyMap<string, string> {
  const text = readFileSync(file, 'utf8');
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const comments = new Map<string, string>();
  for (const statement of source.statements) {
    if (!ts.isVariableStatement(statement)) continue;
    for (const { name, initializer } of statement.declarationList.declarations) {
      const constant = name.getText(source);
      keep(constant, statement);
      const entries = initializer && entriesOf(initializer);
      for (const entry of entries ?? []) {
        const key = entryName(entry, source);
        if (key !== undefined) keep(`${constant}.${key}`, entry);
      }
    }
  }
  return comments;

  function keep(key: string, node: ts.Node): void {
    const comment = commentOf(node, text);
    if (comment !== undefined) comments.set(key, comment);
  }
}

/** Entries of the first object or array literal: `{ … }`, `z.object({ … })`, `{ … } as const satisfies …`. */
function entriesOf(expression: ts.Expression): readonly ts.Node[] | undefined {
  if (ts.isObjectLiteralExpression(expression)) return expression.properties;
  if (ts.isArrayLiteralExpression(expression)) return expression.elements;
  if (ts.isAsExpression(expression) || ts.isSatisfiesExpression(expression)) {
    return entriesOf(expression.expression);
  }
  if (!ts.isCallExpression(expression)) return undefined;
  for (const argument of expression.arguments) {
    const entries = entriesOf(argument);
    if (entries) return entries;
  }
  return ts.isPropertyAccessExpression(expression.expression)
    ? entriesOf(expression.expression.expression)
    : undefined;
}

function entryName(entry: ts.Node, source: ts.SourceFile): string | undefined {
  if (ts.isStringLiteral(entry)) return entry.text;
  if (!ts.isPropertyAssignment(entry) && !ts.isShorthandPropertyAssignment(entry)) return undefined;
  return ts.isStringLiteral(entry.name) ? entry.name.text : entry.name.getText(source);
}

/** The doc comment nearest before the node, on one line. */
function commentOf(node: ts.Node, text: string): string | undefined {
  const ranges = ts.getLeadingCommentRanges(text, node.getFullStart()) ?? [];
  const last = ranges.map(({ pos, end }) => text.slice(pos, end)).at(-1);
  if (!last?.startsWith('/**')) return undefined;
  return last
    .slice(3, -2)
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, '').trim())
    .join(' ')
    .trim();
}
