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
