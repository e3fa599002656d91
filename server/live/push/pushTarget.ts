import { AppError } from '../../core/AppError.ts';

/** Somewhere else where a room is to be seen: an address of RTMP, which is a secret. */
export interface PushTarget {
  id: string;
  /** rtmp:// or rtmps://, with the key of the stream. */
  url: string;
}

/** How one of them fares. */
export interface PushHealth {
  id: string;
  /** What may be shown of the address. */
  address: string;
  /** `failed`: it is tried again after a while. */
  state: 'connecting' | 'live' | 'failed';
  /** Why it failed last; null when it did not. */
  reason: string | null;
  /** How often it was tried. */
  attempts: number;
}

const PROTOCOLS = new Set(['rtmp:', 'rtmps:']);
const MASK = '***';
/** What is shorter is found in any text. */
const MIN_SECRET = 3;

/** @throws AppError INVALID_PAYLOAD: not an address of RTMP */
export function assertPushTarget({ url }: PushTarget): void {
  if (PROTOCOLS.has(parse(url)?.protocol ?? '')) return;
  throw new AppError('INVALID_PAYLOAD', { message: 'An address begins with rtmp:// or rtmps://.' });
}

/** The server and the application: what follows is the key. */
export function maskedAddress(url: string): string {
  const parsed = parse(url);
  if (!parsed) return MASK;
  const [app = ''] = pathOf(parsed);
  return `${parsed.protocol}//${parsed.host}/${app}/${MASK}`;
}

/** What a program says, without what nobody is to read. */
export function withoutSecrets(text: string, url: string): string {
  const parsed = parse(url);
  const secrets = parsed
    ? [url, parsed.search, parsed.username, parsed.password, ...pathOf(parsed).slice(1)]
    : [url];
  // The longest first: others may be parts of it.
  return secrets
    .flatMap((secret) => [secret, decodeURIComponentSafe(secret)])
    .filter(({ length }) => length >= MIN_SECRET)
    .sort((a, b) => b.length - a.length)
    .reduce((rest, secret) => rest.replaceAll(secret, MASK), text);
}

function pathOf({ pathname }: URL): string[] {
  return pathname.split('/').filter((part) => part !== '');
}

function parse(url: string): URL | null {
  return URL.canParse(url) ? new URL(url) : null;
}

function decodeURIComponentSafe(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
