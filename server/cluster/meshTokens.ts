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
  payload: z.object({
    iss: z.string().min(1),
    sub: z.string(),
    aud: z.string(),
    exp: z.number(),
    link: z.string(),
    after: z.string().nullable(),
  }),
});

export interface MeshCredentials {
  /** Instance that proves to be itself. */
  from: string;
  /** Made up by who dials for each try: the other end's proof has to name it, too. */
  link: string;
  /** The last link between both that the sender knows of. */
  after: string | null;
}

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

/** Valid for a minute. @param to instance that it is meant for, and no other */
export function signMeshToken(key: Buffer, credentials: MeshCredentials, to: string): string {
  const { from, link, after } = credentials;
  return jwt.sign({ link, after }, key, {
    algorithm: ALGORITHM,
    header: { alg: ALGORITHM, typ: TYPE },
    issuer: from,
    subject: from,
    audience: to,
    expiresIn: LIFETIME_S,
  });
}

/**
 * @param self instance that the token has to be meant for
 * @throws MisdirectedTokenError when it is meant for another, Error when it is not genuine or over
 */
export function verifyMeshToken(key: Buffer, token: string, self: string): MeshCredentials {
  const verified = jwt.verify(token, key, { algorithms: [ALGORITHM], complete: true });
  const { iss, sub, aud, link, after } = content.parse(verified).payload;
  if (iss !== sub) throw new Error('issuer and subject differ');
  if (aud !== self) throw new MisdirectedTokenError(aud);
  return { from: iss, link, after };
}
