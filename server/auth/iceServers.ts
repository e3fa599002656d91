import { createHmac } from 'node:crypto';
import type { IceServer } from '../../protocol/rtp.ts';
import type { Config } from '../config/loadConfig.ts';

/**
 * The STUN and TURN servers for one person, with credentials as coturn's REST API has them
 * (`use-auth-secret`): the user name is the expiry in Unix seconds and the person's id, the password
 * its HMAC-SHA1 under the shared secret.
 *
 * @param now milliseconds since the Unix epoch
 */
export function iceServersFor(ice: Config['ice'], userId: string, now: number): IceServer[] {
  const servers: IceServer[] = [];
  if (ice.stunUrls.length > 0) servers.push({ urls: [...ice.stunUrls] });
  const { urls, secret, ttlSec } = ice.turn;
  if (urls.length > 0 && secret !== null) {
    const username = `${Math.floor(now / 1000) + ttlSec}:${userId}`;
    const credential = createHmac('sha1', secret).update(username).digest('base64');
    servers.push({ urls: [...urls], username, credential });
  }
  return servers;
}
