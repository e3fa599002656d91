import { createHmac } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { z } from 'zod';

const ALGORITHM = 'HS256';
const LIFETIME_S = 60;
/** Says in the header what the token is for. */
const TYPE = 'parley-mesh+jwt';
/** Another purpose or another version of this one gets another key out of the same secret. */
const KEY_PURPOSE = 'parley mesh, version 1';

const content = z.object({
  header: z.object({ typ: z.literal(TYPE) }),
  payload: z.object({ iss: z.string().min(1), sub: z.string(), aud: z.string(), exp: z.number() }),
});

/** The token is genuine and meant for another instance: the sender believes that one to be here. */
export class MisdirectedTokenError extends Error {
  constructor(audience: string) {
    super(`this is not ${audience}`);
    this.name = 'MisdirectedTokenError';
  }
}

/**
 * The key of mesh tokens. Derived, so that no token that the same secret has signed for something
 * else is one of these.
 */
export function deriveMeshKey(secret: string): Buffer {
  return createHmac('sha256', secret).update(KEY_PURPOSE).digest();
}

/** Proves to instance `to` for a minute that this is instance `from`. */
export function signMeshToken(key: Buffer, from: string, to: string): string {
  return jwt.sign({}, key, {
    algorithm: ALGORITHM,
    header: { alg: ALGORITHM, typ: TYPE },
    issuer: from,
    subject: from,
    audience: to,
    expiresIn: LIFETIME_S,
  });
}

/**
 * The instance that the token comes from.
 * @param self instance that it has to be meant for
 * @throws MisdirectedTokenError when it is meant for another, Error when it is not genuine or over
 */
export function verifyMeshToken(key: Buffer, token: string, self: string): string {
  const verified = jwt.verify(token, key, { algorithms: [ALGORITHM], complete: true });
  const { iss, sub, aud } = content.parse(verified).payload;
  if (iss !== sub) throw new Error('issuer and subject differ');
  if (aud !== self) throw new MisdirectedTokenError(aud);
  return iss;
}
