import type { AuthService } from '../auth/AuthService.ts';
import type { Logger } from '../core/logger.ts';
import type { Releases } from './Releases.ts';

/**
 * Looks every now and then whether sessions of open connections were revoked: whoever signs out on
 * another node is cut off here at once only if this node can be told in that moment.
 * @param sessions those of the connections
 */
export function checkSessions(
  auth: Pick<AuthService, 'findRevoked'>,
  sessions: () => readonly string[],
  intervalSec: number,
  { logger, releases }: { logger: Logger; releases: Releases },
): void {
  let checking = false;
  const timer = setInterval(() => {
    if (checking) return;
    checking = true;
    auth
      .findRevoked(sessions())
      .catch((error: unknown) => logger.warn({ err: error }, 'sessions were not checked'))
      .finally(() => (checking = false));
  }, intervalSec * 1_000);
  releases.push('session checks', () => clearInterval(timer));
}
