/* global AbortSignal, process */
/**
 * Exit code 0 when the server in this container answers `/healthz`. With an argument it asks for that
 * path instead. Told where the server listens by the variables that tell the server.
 */
import { get as getHttp } from 'node:http';
import { get as getHttps } from 'node:https';

const TIMEOUT_MS = 2_500;
const {
  PORT,
  PARLEY_SERVER_PORT = PORT ?? '4501',
  PARLEY_SERVER_HOST: host = '127.0.0.1',
  PARLEY_SERVER_TLS: tls = 'off',
} = process.env;
const secure = tls !== 'off' && tls !== '';

// Its certificate is for the name that people use.
(secure ? getHttps : getHttp)(
  {
    ...{ host, port: PARLEY_SERVER_PORT, path: process.argv[2] ?? '/healthz' },
    ...(secure && { rejectUnauthorized: false }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  },
  ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1),
).on('error', () => process.exit(1));
