import { runCommand } from '../command.ts';
import { diagnose } from '../doctor/diagnose.ts';
import { render, summarize, type Finding } from '../doctor/findings.ts';
import { ensureWorker } from '../ensureWorker.ts';
import type { Step } from '../Step.ts';

const JSON_OPTION = '--json';

/** What was said of the media worker last. */
let noted = '';

await runCommand(async ({ stop, args }) => {
  const asJson = args.includes(JSON_OPTION);
  // On the side: with --json, standard output is for programs.
  const step: Step = { progress: (text) => note(text), outcome: '', signal: stop };
  const findings: Finding[] = [];
  const checks = diagnose({
    env: process.env,
    argv: args.filter((argument) => argument !== JSON_OPTION),
    ensureWorker: () => ensureWorker(step),
  });
  for await (const finding of checks) {
    stop.throwIfAborted();
    findings.push(finding);
    if (!asJson) console.log(render(finding));
  }
  console.log(asJson ? JSON.stringify({ findings }, null, 2) : `\n${summarize(findings)}`);
  return findings.some(({ level }) => level === 'failure') ? 1 : 0;
});

/** Says each thing once; a count of files changes all the time. */
function note(text: string): void {
  const words = text.replaceAll(/[\d/]+/g, '').trim();
  if (words === noted) return;
  noted = words;
  console.error(`… Media worker ${text}`);
}
