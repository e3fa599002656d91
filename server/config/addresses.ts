import { networkInterfaces } from 'node:os';

/** Addresses of this machine, of one family or both, loopback last, without IPv6's link-local ones. */
export function localAddresses(family?: 'IPv4' | 'IPv6'): string[] {
  const all = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter((one) => family === undefined || one.family === family)
    .filter(({ address }) => !/^fe[89ab]/i.test(address));
  return [
    ...all.filter(({ internal }) => !internal),
    ...all.filter(({ internal }) => internal),
  ].map(({ address }) => address);
}

/**
 * Where other machines find what listens on `host`: there, or at the first address of this machine
 * when it listens on all of them.
 */
export function reachableAddress(host: string): string {
  if (host !== '0.0.0.0' && host !== '::') return host;
  const [first = '127.0.0.1'] = localAddresses(host === '::' ? 'IPv6' : 'IPv4');
  return first;
}
