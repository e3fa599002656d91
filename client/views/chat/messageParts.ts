/** A piece of a message as it is drawn: always as text, whatever it contains. */
export type Part =
  | { is: 'text'; text: string }
  | { is: 'link'; text: string; href: string }
  | { is: 'mention'; text: string };

const ADDRESS = /https?:\/\/[^\s<>"'`]+/giu;
/** What rather ends the sentence than the address. */
const TRAILING = /[.,;:!?)\]}…]+$/u;

/** @param names of those who are mentioned */
export function messageParts(content: string, names: readonly string[]): Part[] {
  const parts: Part[] = [];
  let from = 0;
  for (const match of content.matchAll(ADDRESS)) {
    const text = match[0].replace(TRAILING, '');
    const href = addressOf(text);
    if (href === null) continue;
    parts.push(...mentionParts(content.slice(from, match.index), names));
    parts.push({ is: 'link', text, href });
    from = match.index + text.length;
  }
  parts.push(...mentionParts(content.slice(from), names));
  return parts;
}

/** Only what leads to a page; null otherwise. */
function addressOf(text: string): string | null {
  if (!URL.canParse(text)) return null;
  const { protocol, href } = new URL(text);
  return protocol === 'http:' || protocol === 'https:' ? href : null;
}

function mentionParts(text: string, names: readonly string[]): Part[] {
  const parts: Part[] = [];
  let plain = '';
  let rest = text;
  // The longest first: Ada Lovelace is not Ada.
  const marks = names.map((name) => `@${name}`).sort((a, b) => b.length - a.length);
  while (rest !== '') {
    const mark = marks.find((one) => rest.startsWith(one));
    if (mark === undefined) {
      const next = rest.indexOf('@', 1);
      const length = next === -1 ? rest.length : next;
      plain += rest.slice(0, length);
      rest = rest.slice(length);
      continue;
    }
    if (plain !== '') parts.push({ is: 'text', text: plain });
    plain = '';
    parts.push({ is: 'mention', text: mark });
    rest = rest.slice(mark.length);
  }
  if (plain !== '') parts.push({ is: 'text', text: plain });
  return parts;
}

/** Ids of those whose names stand behind an @. */
export function mentionsIn(
  content: string,
  people: readonly { userId: string; name: string }[],
): string[] {
  const names = people.map(({ name }) => name);
  const found = new Set(
    mentionParts(content, names).flatMap(({ is, text }) => (is === 'mention' ? [text] : [])),
  );
  return people.flatMap(({ userId, name }) => (found.has(`@${name}`) ? [userId] : []));
}
