/** Bytes from `start` to `end`, both of them with. */
export interface ByteRange {
  start: number;
  end: number;
}

/**
 * What of a file a `Range` header asks for (RFC 9110, 14.1). Null: all of it, as for a header that asks for several
 * parts or is none of ours, which a server may answer so.
 * @param size of the file, bytes
 */
export function byteRangeOf(header: string, size: number): ByteRange | 'unsatisfiable' | null {
  const [, first = '', last = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header.trim()) ?? [];
  if (first === '' && last === '') return null;
  if (first === '') {
    const start = Math.max(0, size - Number(last));
    return Number(last) === 0 || size === 0 ? 'unsatisfiable' : { start, end: size - 1 };
  }
  const start = Number(first);
  if (last !== '' && Number(last) < start) return null;
  if (start >= size) return 'unsatisfiable';
  return { start, end: last === '' ? size - 1 : Math.min(Number(last), size - 1) };
}
