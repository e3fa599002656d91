import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Ports that nothing takes unasked: the kernel gives outgoing connections and port 0 numbers up to
 * 60999 (`ip_local_port_range`), and mediasoup takes its own up to 59999.
 */
const FIRST = 61_000;
const LAST = 65_500;
/**
 * Processes that run side by side look in different places: a server that listens on its port again later
 * must not find one there that another process has started meanwhile.
 */
const SLICES = 9;
const SLICE = Math.floor((LAST - FIRST) / SLICES);
const given = new Set<number>();

/**
 * A port for a server that must know its number before it listens, or listen there again later.
 * A number that was merely free a moment ago would be lost to the next connection of any process.
 * @param addresses on which it is free, for UDP as well as for TCP
 */
export async function freePort(addresses: readonly string[] = ['127.0.0.1']): Promise<number> {
  for (;;) {
    // Whoever has taken half of its own place looks everywhere.
    const [first, count] =
      given.size < SLICE / 2
        ? [FIRST + (process.pid % SLICES) * SLICE, SLICE]
        : [FIRST, LAST - FIRST];
    const port = first + Math.floor(Math.random() * count);
    if (given.has(port)) continue;
    given.add(port);
    const free = await Promise.all(addresses.map((address) => isFree(port, address)));
    if (free.every(Boolean)) return port;
  }
}

async function isFree(port: number, address: string): Promise<boolean> {
  const tcp = createServer();
  const udp = createSocket('udp4');
  try {
    udp.bind(port, address);
    await once(udp, 'listening');
    tcp.listen(port, address);
    await once(tcp, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    udp.close();
    await new Promise((resolve) => tcp.close(resolve));
  }
}
