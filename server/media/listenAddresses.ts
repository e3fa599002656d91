/** Where a worker's port is bound, and what clients are told to send to. */
export interface ListenAddress {
  ip: string;
  announcedAddress?: string;
}

/**
 * Addresses to bind for what is announced. An address of this machine is bound itself, so that
 * several can share one port; any other (the public side of a NAT, a host name) is announced for
 * what `listenAddress` binds. With nothing announced every IPv4 address of the machine serves.
 * @param local IPv4 addresses of this machine
 */
export function listenAddresses(
  listenAddress: string,
  announced: readonly string[],
  local: readonly string[],
): ListenAddress[] {
  if (announced.length === 0) {
    return listenAddress === '0.0.0.0' ? local.map((ip) => ({ ip })) : [{ ip: listenAddress }];
  }
  const foreign = announced.filter((address) => !local.includes(address));
  const [only, second] = foreign;
  if (only === undefined) return announced.map((ip) => ({ ip }));
  if (second !== undefined) {
    throw new Error(
      `media.announcedAddresses: ${only} and ${second} are both not addresses of this machine; one such address can be announced`,
    );
  }
  return [{ ip: listenAddress, announcedAddress: only }];
}
