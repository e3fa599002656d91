import jwt from 'jsonwebtoken';
import { z } from 'zod';
import { AppError } from '../core/AppError.ts';

const ISSUER = 'parley';
/** Another one than that of accounts and guests: neither opens what the other does. */
const AUDIENCE = 'parley-live';
const ALGORITHM = 'HS256';

const claims = z.object({
  /** Name of the live room. */
  room: z.string(),
  /** Count of the PIN that it was given for. */
  pin: z.int(),
  /** Of the listener: every entry is somebody else. */
  sub: z.string(),
});

/** What a listener may hear, and by which of the room's PINs. */
export interface ListenerClaims {
  roomId: string;
  pinVersion: number;
  listenerId: string;
}

/** @param expiresAt milliseconds since the Unix epoch */
export function signListenerToken(
  { roomId, pinVersion, listenerId }: ListenerClaims,
  secret: string,
  expiresAt: number,
): string {
  const content = {
    room: roomId,
    pin: pinVersion,
    sub: listenerId,
    exp: Math.floor(expiresAt / 1_000),
  };
  return jwt.sign(content, secret, { algorithm: ALGORITHM, issuer: ISSUER, audience: AUDIENCE });
}

/** @throws AppError UNAUTHENTICATED when the token is not ours, or over */
export function verifyListenerToken(token: string, secret: string): ListenerClaims {
  try {
    const content = jwt.verify(token, secret, {
      algorithms: [ALGORITHM],
      issuer: ISSUER,
      audience: AUDIENCE,
    });
    const { room, pin, sub } = claims.parse(content);
    return { roomId: room, pinVersion: pin, listenerId: sub };
  } catch (error) {
    throw new AppError('UNAUTHENTICATED', { message: 'Enter the PIN again.', cause: error });
  }
}
