const BYTES = 16;

/** A random identifier. `crypto.randomUUID` exists on secure origins only; this page must work anywhere. */
export function createId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(BYTES));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
