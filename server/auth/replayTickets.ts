import jwt from 'jsonwebtoken';
import { z } from 'zod';
import { AppError } from '../core/AppError.ts';

const ISSUER = 'parley';
const AUDIENCE = 'parley-replay';
const ALGORITHM = 'HS256';

const claims = z.object({ room: z.string(), pin: z.int(), rec: z.string() });

/** What a listener may watch, and by which of the room's PINs. */
export interface ReplayTicket {
  roomId: string;
  pinVersion: number;
  recordingId: string;
}

/** @param expiresAt milliseconds since the Unix epoch */
export function signReplayTicket(
  { roomId, pinVersion, recordingId }: ReplayTicket,
  secret: string,
  expiresAt: number,
): string {
  const exp = Math.floor(expiresAt / 1_000);
  const content = { room: roomId, pin: pinVersion, rec: recordingId, exp };
  return jwt.sign(content, secret, { algorithm: ALGORITHM, issuer: ISSUER, audience: AUDIENCE });
}

/** @throws AppError UNAUTHENTICATED when the ticket is not ours, or over */
export function verifyReplayTicket(ticket: string, secret: string): ReplayTicket {
  try {
    const content = jwt.verify(ticket, secret, {
      algorithms: [ALGORITHM],
      issuer: ISSUER,
      audience: AUDIENCE,
    });
    const { room, pin, rec } = claims.parse(content);
    return { roomId: room, pinVersion: pin, recordingId: rec };
  } catch (error) {
    throw new AppError('UNAUTHENTICATED', { message: 'Open the replay again.', cause: error });
  }
}
