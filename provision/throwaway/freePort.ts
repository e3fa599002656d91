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
 * A port for a server that must know its number before it listens, or listen there again later: nobody else
 * is given it as long as this process runs. A number that was merely free a moment ago would be lost to the
 * next connection of any process.
 * @param addresses on which it is free, for UDP as well as for TCP
 */
export async function freePort(addresses: readonly string[] = ['127.0.0.1']): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST));
    if (!(await isOurs(port))) continue;
    const free = await Promise.all(addresses.map((address) => isFree(port, address)));
    if (free.every(Boolean)) return port;
  }
}

/**
 * Marks it for other processes that look for one, where no server is in the way: the kernel takes the mark
 * away with this process, however that ends.
 */
async function isOurs(port: number): Promise<boolean> {
  const mark = createSocket({ type: 'udp6', ipv6Only: true }).unref();
  try {
    mark.bind(port, '::1');
    await once(mark, 'listening');
    return true;
  } catch (error) {
    mark.close();
    // A machine without IPv6 has no such place.
    return (error as NodeJS.ErrnoException).code !== 'EADDRINUSE';
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
