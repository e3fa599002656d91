import jwt from 'jsonwebtoken';
import { z } from 'zod';
import { AppError } from '../core/AppError.ts';

const ISSUER = 'parley';
const AUDIENCE = 'parley-recording';
const ALGORITHM = 'HS256';

const claims = z.object({
  rec: z.string(),
  share: z.string().optional(),
});

/** What a ticket opens: a recording's files, to its owner or to whoever has a link. */
export interface RecordingTicket {
  recordingId: string;
  /** The link that it was got with; it ends with it. */
  shareId: string | null;
}

/** @param expiresAt milliseconds since the Unix epoch */
export function signRecordingTicket(
  { recordingId, shareId }: RecordingTicket,
  secret: string,
  expiresAt: number,
): string {
  const content = { rec: recordingId, ...(shareId !== null && { share: shareId }) };
  return jwt.sign({ ...content, exp: Math.floor(expiresAt / 1_000) }, secret, {
    algorithm: ALGORITHM,
    issuer: ISSUER,
    audience: AUDIENCE,
  });
}

/** @throws AppError UNAUTHENTICATED when the ticket is not ours, or over */
export function verifyRecordingTicket(ticket: string, secret: string): RecordingTicket {
  try {
    const content = jwt.verify(ticket, secret, {
      algorithms: [ALGORITHM],
      issuer: ISSUER,
      audience: AUDIENCE,
    });
    const { rec, share } = claims.parse(content);
    return { recordingId: rec, shareId: share ?? null };
  } catch (error) {
    throw new AppError('UNAUTHENTICATED', { message: 'Open the recording again.', cause: error });
  }
}
