import { expect, test } from 'vitest';
import { pipeOptions } from '../../../../server/media/pipeOptions.ts';

const LOCAL = ['10.0.0.5', '192.0.2.5', '127.0.0.1'];
const pipePorts = { min: 45_000, max: 45_999 };

/** Where links come in on a machine with the addresses above. */
function listen(
  pipeListenAddress: string | null,
  { listenAddress = '0.0.0.0', advertised = null as string | null } = {},
) {
  const settings = { pipeListenAddress, listenAddress, pipePorts };
  const reachable = (host: string) => (host === '0.0.0.0' ? '10.0.0.5' : host);
  const options = pipeOptions(settings, advertised, reachable, LOCAL);
  expect(options.portRange).toEqual(pipePorts);
  return options.listen;
}

test('where media comes in, or at an address that leads here when that is everywhere', () => {
  expect(listen(null)).toEqual({ ip: '10.0.0.5' });
  expect(listen(null, { listenAddress: '192.0.2.5' })).toEqual({ ip: '192.0.2.5' });
});

test('where it is told to', () => {
  expect(listen('192.0.2.5', { advertised: '10.0.0.5' })).toEqual({ ip: '192.0.2.5' });
  expect(listen('0.0.0.0', { listenAddress: '192.0.2.5' })).toEqual({ ip: '10.0.0.5' });
});

test('where other nodes find this one', () => {
  expect(listen(null, { advertised: '192.0.2.5' })).toEqual({ ip: '192.0.2.5' });
  expect(listen(null, { advertised: '203.0.113.7' })).toEqual({
    ip: '0.0.0.0',
    announcedAddress: '203.0.113.7',
  });
});

test('a name is of no use to a worker', () => {
  expect(listen(null, { advertised: 'media-1.example.org' })).toEqual({ ip: '10.0.0.5' });
});
