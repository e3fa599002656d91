import { defineConfig } from 'oxlint';

/**
 * Everything of ESLint's recommended rules, and of typescript-eslint's strict and stylistic ones,
 * that the category `correctness` does not have already.
 */
const recommended = [
  ...['eqeqeq', 'no-array-constructor', 'no-case-declarations', 'no-console', 'no-empty'],
  ...['no-empty-function', 'no-fallthrough', 'no-prototype-builtins', 'no-regex-spaces'],
  ...['no-unexpected-multiline', 'no-useless-assignment', 'no-useless-constructor', 'no-var'],
  ...['prefer-const', 'prefer-rest-params', 'prefer-spread', 'preserve-caught-error'],
];
const typescript = [
  ...['adjacent-overload-signatures', 'array-type', 'ban-tslint-comment'],
  ...['class-literal-property-style', 'consistent-generic-constructors'],
  ...['consistent-indexed-object-style', 'consistent-type-assertions', 'consistent-type-imports'],
  ...['no-confusing-non-null-assertion', 'no-deprecated', 'no-dynamic-delete'],
  ...['no-empty-object-type', 'no-explicit-any', 'no-extraneous-class', 'no-inferrable-types'],
  ...['no-invalid-void-type', 'no-misused-promises', 'no-mixed-enums', 'no-namespace'],
  ...['no-non-null-assertion', 'no-require-imports', 'no-unnecessary-boolean-literal-compare'],
  ...['no-unnecessary-template-expression', 'no-unnecessary-type-arguments'],
  ...['no-unnecessary-type-assertion', 'no-unnecessary-type-constraint'],
  ...['no-unnecessary-type-conversion', 'no-unnecessary-type-parameters'],
  ...['no-unsafe-enum-comparison', 'no-unsafe-function-type', 'non-nullable-type-assertion-style'],
  ...['only-throw-error', 'prefer-find', 'prefer-for-of', 'prefer-function-type'],
  ...['prefer-includes', 'prefer-literal-enum-member', 'prefer-nullish-coalescing'],
  ...['prefer-optional-chain', 'prefer-promise-reject-errors', 'prefer-reduce-type-parameter'],
  ...['prefer-regexp-exec', 'prefer-return-this-type', 'prefer-string-starts-ends-with'],
  ...['related-getter-setter-pairs', 'require-await', 'switch-exhaustiveness-check'],
  ...['unified-signatures'],
];
/** These go by declared types, of which plain JavaScript has none. */
const typed = [
  ...['dot-notation', 'no-unnecessary-condition', 'no-unsafe-argument', 'no-unsafe-assignment'],
  ...['no-unsafe-call', 'no-unsafe-member-access', 'no-unsafe-return'],
  ...['use-unknown-in-catch-callback-variable'],
];

function all(names: string[], severity: 'error' | 'off', plugin = 'eslint') {
  return Object.fromEntries(names.map((name) => [`${plugin}/${name}`, severity]));
}

export default defineConfig({
  options: { typeAware: true, denyWarnings: true, reportUnusedDisableDirectives: 'error' },
  ignorePatterns: ['client/dist', 'data', 'test-results'],
  plugins: ['typescript', 'import', 'oxc'],
  jsPlugins: ['./provision/lint/plugin.ts'],
  categories: { correctness: 'error' },
  rules: {
    ...all(recommended, 'error'),
    ...all(typescript, 'error', 'typescript'),
    ...all(typed, 'error', 'typescript'),
    'eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    'typescript/ban-ts-comment': ['error', { minimumDescriptionLength: 10 }],
    'typescript/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    'typescript/restrict-plus-operands': [
      'error',
      { allowAny: false, allowBoolean: false, allowNullish: false, allowNumberAndString: false },
    ],
    'typescript/restrict-template-expressions': ['error', { allowNumber: true }],
    'typescript/return-await': ['error', 'error-handling-correctness-only'],
    // Tests sort pairs and small numbers to compare two lists; any order will do.
    'typescript/require-array-sort-compare': 'off',
    'import/no-cycle': ['error', { ignoreExternal: true }],
    // The compiler knows what a module exports.
    'import/default': 'off',
    'import/namespace': 'off',
    'parley/imports': 'error',
  },
  overrides: [
    { files: ['provision/**', 'bench/**'], rules: { 'eslint/no-console': 'off' } },
    {
      files: ['**/*.mjs'],
      env: { node: true },
      rules: {
        ...all(typed, 'off', 'typescript'),
        // What else the compiler looks after.
        ...all(['no-redeclare', 'no-undef'], 'error'),
      },
    },
  ],
});
