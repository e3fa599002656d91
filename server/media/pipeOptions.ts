import { isIP } from 'node:net';
import type { PipeOptions } from './RouterLinks.ts';

interface PipeSettings {
  /** Null: as `listenAddress`. */
  pipeListenAddress: string | null;
  listenAddress: string;
  pipePorts: { min: number; max: number };
}

/**
 * Where links from other hosts come in. What they are told has to be an address that leads here:
 * `0.0.0.0` leads nowhere, and workers resolve no names. So an address of this machine is bound by
 * its number, and one that merely leads here, past a NAT, is announced.
 * @param advertised where other nodes find this one, as configured
 * @param reachable finds an address for one that stands for all
 * @param local addresses of this machine
 */
export function pipeOptions(
  { pipeListenAddress, listenAddress, pipePorts }: PipeSettings,
  advertised: string | null,
  reachable: (host: string) => string,
  local: readonly string[],
): PipeOptions {
  const { min, max } = pipePorts;
  const portRange = { min, max };
  const host = pipeListenAddress ?? listenAddress;
  if (advertised === null || isIP(advertised) === 0 || pipeListenAddress !== null) {
    return { listen: { ip: reachable(host) }, portRange };
  }
  if (local.includes(advertised)) return { listen: { ip: advertised }, portRange };
  return { listen: { ip: host, announcedAddress: advertised }, portRange };
}
