import type { IncomingMessage } from 'node:http';
import type { Socket } from 'socket.io';
import { z } from 'zod';
import { OLDEST_PROTOCOL_VERSION } from '../../protocol/events.ts';
import type { Principal } from '../auth/Principal.ts';
import { AppError } from '../core/AppError.ts';

const auth = z.object({ token: z.string().min(1).max(4_096), protocol: z.int() });

/** @throws AppError UNAUTHENTICATED, CLIENT_TOO_OLD */
export async function authenticateHandshake(
  socket: Pick<Socket, 'handshake'>,
  authenticate: (token: string) => Promise<Principal>,
): Promise<Principal> {
  const parsed = auth.safeParse(socket.handshake.auth);
  if (!parsed.success) throw new AppError('UNAUTHENTICATED');
  const { token, protocol } = parsed.data;
  if (protocol < OLDEST_PROTOCOL_VERSION) throw new AppError('CLIENT_TOO_OLD');
  return authenticate(token);
}

/**
 * Whether a page may connect: one of this server's own, or of an origin that the operator allows.
 * Programs send no origin; what they may do is decided by their token.
 */
export function isAllowedOrigin(request: IncomingMessage, allowed: readonly string[]): boolean {
  const { origin, host } = request.headers;
  if (origin === undefined || allowed.includes(origin)) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}
