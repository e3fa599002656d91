import { answersOf, TABLES, type Answer, type Table } from './tables.ts';

/** What stands in a cell, and what it means. */
const SHORT: Record<Answer, [short: string, meaning: string]> = {
  yes: ['yes', 'it is done, or shows'],
  no: ['–', 'it comes to nothing, and no refusal says why'],
  FORBIDDEN: ['no', 'refused with `FORBIDDEN`'],
  NOT_FOUND: [
    'none',
    'refused with `NOT_FOUND`, as if there were no such room, message, person or call',
  ],
  INVALID_STATE: [
    'n/a',
    'refused with `INVALID_STATE`: it cannot be done there, by nobody or not now',
  ],
  UNAUTHENTICATED: ['out', 'refused with `UNAUTHENTICATED`, as is the connection'],
};

/** The text of docs/who-may.md, from the tables that are tried cell by cell. */
export function renderWhoMay(): string {
  return [
    '# Who may what',
    `Outside of a meeting's own rights ([roles](roles.md)), who may read, write, ring, record and see what. Generated from
\`test/support/whoMay/tables.ts\`; \`npm run docs\` rewrites it. Every cell is tried against a running server by
\`test/integration/talk/whoMay.test.ts\` and \`whoMayCalls.test.ts\`, on PostgreSQL (on both databases with \`PARLEY_TEST_BACKENDS=all\`), calls also with their people at two nodes; recordings by
\`test/integration/live/whoMayRecordings.test.ts\`.`,
    `An operator is an account of \`admin.emails\`: running the server opens nobody's rooms.`,
    Object.values(SHORT)
      .map(([short, meaning]) => `- **${short}**: ${meaning}`)
      .join('\n'),
    `${TABLES.flatMap(renderTable).join('\n\n')}\n`,
  ].join('\n\n');
}

function renderTable(table: Table): string[] {
  const names = Object.keys(table.columns);
  const rows = Object.keys(table.rows).map((row) => [
    row,
    ...Object.values(answersOf(table, row)).map((answer) => SHORT[answer][0]),
  ]);
  return [
    `## ${table.title}`,
    table.about,
    Object.entries(table.columns)
      .map(([name, what]) => `- **${name}**: ${what}`)
      .join('\n'),
    tableOf([['Who', ...names], ...rows]),
  ];
}

/** Padded as the formatter does it. */
function tableOf(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  const text = (line: readonly string[]) =>
    `| ${line.map((one, column) => one.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  const [head = [], ...rest] = lines;
  return [text(head), rule, ...rest.map(text)].join('\n');
}
