import { AppError } from './AppError.ts';

/** Where a page ended: the creation time (milliseconds) and id of its last row. */
export interface Cursor {
  createdAt: number;
  id: string;
}

export function encodeCursor({ createdAt, id }: Cursor): string {
  return Buffer.from(`${createdAt}.${id}`).toString('base64url');
}

/** @throws AppError INVALID_PAYLOAD when it is not one that `encodeCursor` made */
export function decodeCursor(text: string): Cursor {
  const [, createdAt, id] =
    /^(\d{1,15})\.([A-Za-z0-9_-]{1,64})$/.exec(Buffer.from(text, 'base64url').toString()) ?? [];
  if (createdAt === undefined || id === undefined) {
    throw new AppError('INVALID_PAYLOAD', {
      message: 'This is not a page of the list.',
      details: { issues: [{ path: 'before', message: 'not a cursor of this list' }] },
    });
  }
  return { createdAt: Number(createdAt), id };
}
