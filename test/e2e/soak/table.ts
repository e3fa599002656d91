import type { Measured } from './Soak.ts';

/** For each kind of fault how often it happened, how long it took to recover, and the longest pause of pictures. */
export function tableOf(measured: readonly Measured[]): string {
  const rows = [...Map.groupBy(measured, ({ fault }) => fault)].map(([fault, all]) => {
    const recoveries = all.map(({ recoveryMs }) => recoveryMs).sort((a, b) => a - b);
    return [
      fault,
      String(all.length),
      `${recoveries[Math.floor((recoveries.length - 1) / 2)] ?? 0}`,
      `${recoveries.at(-1) ?? 0}`,
      `${Math.max(...all.map(({ gapMs }) => gapMs))}`,
      `${Math.max(...all.map(({ settledMs }) => settledMs))}`,
    ];
  });
  const head = ['fault', 'n', 'p50 ms', 'max ms', 'longest pause ms', 'settled ms'];
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ');
  return [head, ...rows].map(line).join('\n');
}
