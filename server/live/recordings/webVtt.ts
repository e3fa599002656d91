import { AppError } from '../../core/AppError.ts';

/** Hours of speech are some hundred kilobytes. */
export const MAX_TRANSCRIPT_BYTES = 1_048_576;

const HEADER = /^WEBVTT(?:[ \t].*)?$/;
const TIMING =
  /^((?:\d{2,}:)?\d{2}:\d{2}\.\d{3})[ \t]+-->[ \t]+((?:\d{2,}:)?\d{2}:\d{2}\.\d{3})(?:[ \t].*)?$/;
const NO_CUE = /^(?:NOTE|STYLE|REGION)(?:[ \t].*)?$/;

/**
 * Whether it is WebVTT that a player can show: a header, and cues that end after they begin.
 * @throws AppError INVALID_PAYLOAD, with the line
 */
export function assertWebVtt(content: Uint8Array): void {
  if (content.byteLength > MAX_TRANSCRIPT_BYTES) {
    throw invalid('at most 1 MiB', 'A transcript has at most 1 MiB.');
  }
  const [header = '', ...lines] = textOf(content).split(/\r\n|\n|\r/);
  if (!HEADER.test(header)) throw invalidAt(1, 'WEBVTT is expected');
  if (lines[0]) throw invalidAt(2, 'an empty line is expected');
  let cues = 0;
  for (const { at, block } of blocksOf(lines)) {
    const timing = block.findIndex((line) => line.includes('-->'));
    if (timing < 0 && NO_CUE.test(block[0] ?? '')) continue;
    // A name may stand before.
    if (timing < 0 || timing > 1) throw invalidAt(at, 'a cue has a line with its times');
    const [, from = '', to = ''] = TIMING.exec(block[timing] ?? '') ?? [];
    if (from === '') throw invalidAt(at + timing, 'times are as 00:01.000 --> 00:02.500');
    if (secondsOf(to) <= secondsOf(from)) throw invalidAt(at + timing, 'it ends after it begins');
    cues += 1;
  }
  if (cues === 0) throw invalid('with cues', 'This transcript is empty.');
}

function textOf(content: Uint8Array): string {
  try {
    // The decoder takes the mark of the encoding away.
    return new TextDecoder('utf-8', { fatal: true }).decode(content);
  } catch (error) {
    throw invalid('UTF-8', 'A transcript is text in UTF-8.', error);
  }
}

/** Lines between empty ones. @returns with the number of the first */
function blocksOf(lines: readonly string[]): { at: number; block: string[] }[] {
  const blocks: { at: number; block: string[] }[] = [];
  let isOpen = false;
  for (const [index, line] of lines.entries()) {
    if (line !== '' && isOpen) blocks.at(-1)?.block.push(line);
    // The header is the first line.
    else if (line !== '') blocks.push({ at: index + 2, block: [line] });
    isOpen = line !== '';
  }
  return blocks;
}

function secondsOf(time: string): number {
  return time.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
}

function invalidAt(line: number, what: string): AppError {
  return invalid(`line ${line}: ${what}`, `Line ${line} is not WebVTT: ${what}.`);
}

function invalid(message: string, text: string, cause?: unknown): AppError {
  const issues = [{ path: '', message }];
  return new AppError('INVALID_PAYLOAD', { message: text, details: { issues }, cause });
}
