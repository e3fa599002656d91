import { networkInterfaces } from 'node:os';
import type { Config } from './loadConfig.ts';

/** Every address of this machine's interfaces, loopback included, without IPv6 zone or link-local ones. */
export function localAddresses(): {
  address: string;
  family: 'IPv4' | 'IPv6';
  internal: boolean;
}[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ address }) => !/^fe[89ab]/i.test(address))
    .map(({ address, family, internal }) => ({ address, family, internal }));
}

/**
 * Addresses that clients are told to send media to: those configured, else the machine's own IPv4
 * addresses and loopback, so that a trial works on this machine and on its network unconfigured.
 */
export function announcedAddresses(config: Config): string[] {
  if (config.media.announcedAddresses.length > 0) return [...config.media.announcedAddresses];
  const outside = localAddresses()
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address);
  return [...outside, '127.0.0.1'];
}
