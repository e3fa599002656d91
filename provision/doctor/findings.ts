/** What one check has found. A failure keeps Parley from working; a warning may. */
export interface Finding {
  level: 'ok' | 'warning' | 'failure';
  /** What was looked at, such as `Redis`. */
  subject: string;
  message: string;
  /** What to do about it. */
  advice?: string;
}

export type Finder = (subject: string, message: string, advice: string) => Finding;

export const ok = (subject: string, message: string): Finding => ({
  level: 'ok',
  subject,
  message,
});
export const warning: Finder = (subject, message, advice) => ({
  level: 'warning',
  ...{ subject, message, advice },
});
export const failure: Finder = (subject, message, advice) => ({
  level: 'failure',
  ...{ subject, message, advice },
});

const SIGNS = { ok: '✔', warning: '⚠', failure: '✖' } as const;

/** One line, and one more with what to do. */
export function render({ level, subject, message, advice }: Finding): string {
  const line = `${SIGNS[level]} ${subject}: ${message}`;
  return advice === undefined ? line : `${line}\n  → ${advice.replaceAll('\n', '\n    ')}`;
}

export function summarize(findings: readonly Finding[]): string {
  const count = (level: Finding['level']) => findings.filter((one) => one.level === level).length;
  const [failures, warnings] = [count('failure'), count('warning')];
  const words = (number: number, word: string) => `${number} ${word}${number === 1 ? '' : 's'}`;
  if (failures > 0) return `${words(failures, 'problem')}, ${words(warnings, 'warning')}`;
  return warnings > 0
    ? `No problem, ${words(warnings, 'warning')}`
    : 'Everything is as it should be';
}

export function reasonOf(error: unknown): string {
  // Refused connections come without a message: one for each address tried.
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
