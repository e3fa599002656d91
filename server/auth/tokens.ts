import jwt from 'jsonwebtoken';
import { z } from 'zod';
import { AppError } from '../core/AppError.ts';

const ISSUER = 'parley';
const AUDIENCE = 'parley';
const ALGORITHM = 'HS256';

/** What a token says; who the person is comes from the session's row, not from here. */
const claims = z.object({
  sub: z.string(),
  /** Session id. */
  sid: z.string(),
  kind: z.enum(['account', 'guest']),
  /** The one meeting that a guest's token opens. */
  mtg: z.string().optional(),
  name: z.string(),
});
export type Claims = z.infer<typeof claims>;

/** @param expiresAt milliseconds since the Unix epoch */
export function signToken(content: Claims, secret: string, expiresAt: number): string {
  return jwt.sign({ ...content, exp: Math.floor(expiresAt / 1000) }, secret, {
    algorithm: ALGORITHM,
    issuer: ISSUER,
    audience: AUDIENCE,
  });
}

/** @throws AppError UNAUTHENTICATED when the token is not ours, or over */
export function verifyToken(token: string, secret: string): Claims {
  try {
    const content = jwt.verify(token, secret, {
      algorithms: [ALGORITHM],
      issuer: ISSUER,
      audience: AUDIENCE,
    });
    return claims.parse(content);
  } catch (error) {
    throw new AppError('UNAUTHENTICATED', {
      message: 'Your session is over. Sign in again.',
      cause: error,
    });
  }
}
