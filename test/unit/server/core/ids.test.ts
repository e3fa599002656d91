import fc from 'fast-check';
import { expect, test } from 'vitest';
import { id, meetingRef } from '../../../../protocol/primitives.ts';
import {
  createId,
  createJoinCode,
  createSecret,
  normalizeJoinCode,
} from '../../../../server/core/ids.ts';

test('ids and join codes are what the contract takes for one', () => {
  expect(id.safeParse(createId()).success).toBe(true);
  expect(meetingRef.safeParse(createJoinCode()).success).toBe(true);
  expect(Buffer.from(createSecret(), 'base64url')).toHaveLength(32);
});

test('join codes have no vowels and nothing that is mistaken for another letter', () => {
  for (let made = 0; made < 200; made++) {
    expect(createJoinCode()).toMatch(/^[bcdfghjkmnpqrstvwxz]{3}(-[bcdfghjkmnpqrstvwxz]{3}){2}$/);
  }
});

test('a join code is known however it is typed', () => {
  const separator = fc.constantFrom('', '-', ' ', ' - ');
  fc.assert(
    fc.property(fc.array(separator, { minLength: 9, maxLength: 9 }), fc.nat(), (between, upper) => {
      const code = createJoinCode();
      const typed = Array.from(code.replaceAll('-', ''))
        .map((letter, at) => ((upper >> at) & 1 ? letter.toUpperCase() : letter))
        .map((letter, at) => `${between[at] ?? ''}${letter}`)
        .join('');
      expect(normalizeJoinCode(typed)).toBe(code);
    }),
  );
});

test('whatever is taken for a join code is one', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[a-z -]{8,14}$/)), (text) => {
      const code = normalizeJoinCode(text);
      if (code === null) return;
      expect(normalizeJoinCode(code)).toBe(code);
      expect(code.replaceAll('-', '')).toBe(text.toLowerCase().replaceAll(/[\s-]/g, ''));
    }),
  );
});

test.each(['', 'bcd-fgh-jk', 'bcd-fgh-jkmm', 'bcd-fgh-jka', 'bcd_fgh_jkm', createId()])(
  '%o is no join code',
  (text) => expect(normalizeJoinCode(text)).toBeNull(),
);
