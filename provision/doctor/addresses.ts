import { BlockList, isIP } from 'node:net';
import type { Config } from '../../server/config/loadConfig.ts';
import { failure, ok, warning, type Finding } from './findings.ts';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8);
loopback.addAddress('::1', 'ipv6');

const notPublic = new BlockList();
for (const [network, prefix] of [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
  ['169.254.0.0', 16],
] as const) {
  notPublic.addSubnet(network, prefix);
}
notPublic.addSubnet('fc00::', 7, 'ipv6');
notPublic.addSubnet('fe80::', 10, 'ipv6');

export type Reach = 'machine' | 'network' | 'internet';

/** From where an IP address can be reached. */
export function reachOf(address: string): Reach {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  if (loopback.check(address, family)) return 'machine';
  return notPublic.check(address, family) ? 'network' : 'internet';
}

const MEDIA = 'Media addresses';
const ORDER: readonly Reach[] = ['machine', 'network', 'internet'];
const PLACES = { machine: 'this machine', network: 'its network', internet: 'the internet' };

/**
 * Whether those who can open Parley can send it media as well.
 * @param local IPv4 addresses of this machine
 * @param site addresses that the name in `server.publicUrl` stands for; null without such a URL
 */
export function checkMediaAddresses(
  { listenAddress, announcedAddresses }: Config['media'],
  local: readonly string[],
  site: readonly string[] | null,
): Finding {
  const foreign = announcedAddresses.filter((address) => !local.includes(address));
  if (foreign.length > 1) {
    return failure(
      MEDIA,
      `${foreign.join(' and ')} are not addresses of this machine.`,
      'Set media.announcedAddresses to one address that leads here, or to several of this machine.',
    );
  }
  const bound = listenAddress === '0.0.0.0' ? local : [listenAddress];
  const told = announcedAddresses.length > 0 ? announcedAddresses : bound;
  const list = told.join(', ');
  // A name may stand for anything.
  const reach = told.some((address) => isIP(address) === 0) ? 'internet' : furthest(told);
  const wanted = site === null || site.length === 0 ? null : furthest(site);
  if (wanted !== null && ORDER.indexOf(wanted) > ORDER.indexOf(reach)) {
    return failure(
      MEDIA,
      `${list} can be reached from ${PLACES[reach]} only, and the site (${site?.join(', ') ?? ''}) from ${PLACES[wanted]}.`,
      `Set media.announcedAddresses to the address that leads here from ${PLACES[wanted]}, and forward the media ports.`,
    );
  }
  if (reach === 'machine') {
    return warning(
      MEDIA,
      `${list}: only browsers on this machine can take part.`,
      'Set media.listenAddress to 0.0.0.0 for others.',
    );
  }
  return ok(MEDIA, `${list} (from ${PLACES[reach]})`);
}

function furthest(addresses: readonly string[]): Reach {
  const found = new Set(addresses.filter((address) => isIP(address)).map(reachOf));
  return ORDER.findLast((reach) => found.has(reach)) ?? 'machine';
}

const SECURE = 'Secure origin';

/** Whether browsers will give cameras to the page. */
export function checkOrigin({ publicUrl, tls, trustProxy, host }: Config['server']): Finding {
  const site = publicUrl === null ? null : new URL(publicUrl);
  const isLocal = site && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(site.hostname);
  if (site?.protocol === 'http:' && !isLocal) {
    return failure(
      SECURE,
      `${site.origin} is not secure: browsers give it neither camera nor microphone.`,
      'Serve it over https: server.tls, or a proxy that has a certificate. Then correct server.publicUrl.',
    );
  }
  if (site?.protocol === 'https:' && tls === 'off' && trustProxy === 0) {
    return warning(
      SECURE,
      `${site.origin} is served by a proxy, and server.trustProxy is 0: all people count as one address.`,
      'Set server.trustProxy to the number of proxies in front.',
    );
  }
  if (tls === 'off' && site === null && host !== '127.0.0.1') {
    return warning(
      SECURE,
      'without https, browsers on this machine only get cameras and microphones.',
      'For a trial with others: PARLEY_SERVER_TLS=self-signed. For good: docs/operations.md.',
    );
  }
  return ok(SECURE, site?.origin ?? (tls === 'off' ? 'localhost' : 'https'));
}
