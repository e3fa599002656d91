import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';

/**
 * What requests from one place are counted under: the IPv4 address, or the /64 network of an IPv6
 * address, of which one household or server has 2⁶⁴. Behind `trustProxy` proxies of ours the address
 * is the one that the outermost of them saw; whatever a client itself writes into the header lies
 * further left and is ignored.
 */
export function clientAddress(request: IncomingMessage, trustProxy: number): string {
  const direct = request.socket.remoteAddress ?? 'unknown';
  if (trustProxy === 0) return networkOf(direct);
  const header = request.headers['x-forwarded-for'];
  const hops = (Array.isArray(header) ? header.join(',') : (header ?? ''))
    .split(',')
    .map((hop) => hop.trim())
    .filter((hop) => hop !== '');
  return networkOf(hops.at(-Math.min(trustProxy, hops.length)) ?? direct);
}

/** `2001:db8:1:2::/64` for IPv6, the address itself for IPv4, also when written as `::ffff:1.2.3.4`. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const [plain = ''] = address.split('%');
  if (!isIPv6(plain)) return address;
  const [head = '', tail] = plain.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...Array.from({ length: zeros }, () => '0'), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
