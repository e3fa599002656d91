const PIN_DIGITS = 6;
const TEN = 10;
const LONGEST_NAME = 40;
const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
const PIN_LENGTH = { least: 4, most: 64 };

/** Digits, which can be said and typed on any phone. */
export function suggestPin(): string {
  const numbers = crypto.getRandomValues(new Uint32Array(PIN_DIGITS));
  return Array.from(numbers, (number) => number % TEN).join('');
}

/** Of a title, what can stand in an address; empty where nothing of it can. */
export function nameFrom(title: string): string {
  return title
    .normalize('NFKD')
    .replaceAll(/[\p{M}'’]/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, LONGEST_NAME)
    .replaceAll(/^-+|-+$/g, '');
}

/** Another name, for one that is taken: counts on. */
export function nextName(name: string): string {
  const [, stem = name, count] = /^(.*?)(?:-(\d{1,4}))?$/.exec(name) ?? [];
  return `${stem}-${count === undefined ? 2 : Number(count) + 1}`;
}

export function isRoomName(name: string): boolean {
  return NAME.test(name);
}

export function isPin(pin: string): boolean {
  return pin.length >= PIN_LENGTH.least && pin.length <= PIN_LENGTH.most;
}

/** Where listeners go. */
export function liveLink(roomId: string): string {
  return `${location.origin}/live/${roomId}`;
}
