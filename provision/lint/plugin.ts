import type { RuleTester } from 'oxlint/plugins-dev';
import { refusal } from './imports.ts';

type Rule = Parameters<RuleTester['run']>[1];

/** What stands after `from`, or within `import()`. */
interface Source {
  readonly type: string;
  readonly value?: unknown;
  readonly range: [number, number];
}

/** Asks `refusal` about whatever a file imports, be it values or types, at once or later. */
const imports: Rule = {
  createOnce(context) {
    const check = (source: Source | null) => {
      if (source?.type !== 'Literal' || typeof source.value !== 'string') return;
      const message = refusal(context.filename, source.value);
      if (message !== undefined) context.report({ node: source, message });
    };
    return {
      ImportDeclaration: ({ source }) => check(source),
      ImportExpression: ({ source }) => check(source),
      ExportNamedDeclaration: ({ source }) => check(source),
      ExportAllDeclaration: ({ source }) => check(source),
      TSImportType: ({ source }) => check(source),
    };
  },
};

/** Rules of our own, for the linter to load. */
export default { meta: { name: 'parley' }, rules: { imports } };
