import { expect, it } from 'vitest';
import { JitterBuffer, type Pulled } from '../../../../server/live/mixer/JitterBuffer.ts';
import { opus, packet } from './packets.ts';

const STEP = 960;

/** Packet `n` of a voice that never pauses. */
const nth = (n: number, sequence = n) =>
  packet({ sequence: sequence & 0xffff, timestamp: (n * STEP) >>> 0, payload: opus(n & 0xff) });

/** What was pulled, as letters: the packet's number, `.` for silence, `?` for lost, `+` lost with its copy. */
const say = (pulled: Pulled): string =>
  pulled.kind === 'packet'
    ? String(pulled.payload[1])
    : pulled.kind === 'silence'
      ? '.'
      : pulled.next
        ? '+'
        : '?';

function pull(buffer: JitterBuffer, steps: number): string {
  return Array.from({ length: steps }, () => say(buffer.pull())).join(' ');
}

it('is silent before anything comes', () => {
  expect(pull(new JitterBuffer(40), 2)).toBe('. .');
});

it('hands packets out in order, after its delay', () => {
  const buffer = new JitterBuffer(40);
  for (const n of [5, 7, 6, 6, 8]) buffer.push(nth(n));

  expect(pull(buffer, 6)).toBe('. . 5 6 7 8');
});

it('says what is lost, and what comes next where that may have its copy', () => {
  const buffer = new JitterBuffer(0);
  for (const n of [1, 2, 4, 5, 8]) buffer.push(nth(n));

  expect(pull(buffer, 8)).toBe('1 2 + 4 5 ? + 8');
  expect(buffer.counts).toEqual({ late: 0, lost: 3 });
});

it('takes a pause of the sender for silence', () => {
  const buffer = new JitterBuffer(0);
  buffer.push(nth(1));
  buffer.push(nth(5, 2));

  expect(pull(buffer, 5)).toBe('1 . . . 5');
});

it('conceals once when nothing comes any more, and then begins anew with its delay', () => {
  const buffer = new JitterBuffer(40);
  buffer.push(nth(1));

  expect(pull(buffer, 14)).toBe('. . 1 ? . . . . . . . . . .');
  buffer.push(nth(14));
  expect(pull(buffer, 3)).toBe('. . 14');
});

it('drops what is late, and takes more time when much is', () => {
  const buffer = new JitterBuffer(0);
  buffer.push(nth(1));
  expect(pull(buffer, 4)).toBe('1 ? . .');
  for (const n of [2, 3]) buffer.push(nth(n));
  expect(pull(buffer, 1)).toBe('.');
  buffer.push(nth(4));

  expect(pull(buffer, 1)).toBe('4');
  expect(buffer.counts.late).toBe(3);
});

it('goes on where numbers wrap', () => {
  const buffer = new JitterBuffer(0);
  const last = Math.floor(2 ** 32 / STEP);
  for (const n of [0, 1, 2, 3]) buffer.push(nth(last + n, 65_534 + n));

  expect(pull(buffer, 4).includes('?')).toBe(false);
});

it('begins anew with another recording', () => {
  const buffer = new JitterBuffer(0);
  buffer.push(nth(1));
  buffer.push(nth(1_000, 2));

  expect(pull(buffer, 2)).toBe(`${1_000 & 0xff} ?`);
});

it('leaves out what it never needs, so that a voice that was late once is not late for ever', () => {
  const buffer = new JitterBuffer(40);
  for (let n = 0; n < 10; n++) buffer.push(nth(n));
  const heard: string[] = [];
  for (let n = 10; n < 110; n++) {
    heard.push(pull(buffer, 1));
    buffer.push(nth(n));
  }

  expect(heard.slice(0, 4)).toEqual(['.', '.', '0', '1']);
  expect(heard.slice(48, 56)).toEqual(['46', '47', '48', '49', '60', '61', '62', '63']);
  expect(heard.at(-1)).toBe('107');
});

it('ignores what is no Opus', () => {
  const buffer = new JitterBuffer(0);
  buffer.push(packet({ payload: new Uint8Array() }));

  expect(pull(buffer, 1)).toBe('.');
});
