import { randomBytes, randomInt, randomUUID } from 'node:crypto';

/** Consonants that cannot be mistaken for one another, and no vowels, so that no code spells a word. */
const CODE_ALPHABET = 'bcdfghjkmnpqrstvwxz';
const CODE_GROUPS = [3, 3, 3];

export function createId(): string {
  return randomUUID();
}

/** 256 random bits, safe in a URL. */
export function createSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** A join code like `bcd-fgh-jkm`: 19⁹ ≈ 3 × 10¹¹ possibilities. */
export function createJoinCode(): string {
  return CODE_GROUPS.map((length) =>
    Array.from({ length }, () => CODE_ALPHABET[randomInt(CODE_ALPHABET.length)]).join(''),
  ).join('-');
}

/** The join code that a person meant who typed it without dashes or in capitals; null if it is none. */
export function normalizeJoinCode(text: string): string | null {
  const letters = text.toLowerCase().replaceAll(/[\s-]/g, '');
  const pattern = new RegExp(`^[${CODE_ALPHABET}]{${CODE_GROUPS.reduce((a, b) => a + b)}}$`);
  if (!pattern.test(letters)) return null;
  let start = 0;
  return CODE_GROUPS.map((length) => letters.slice(start, (start += length))).join('-');
}
