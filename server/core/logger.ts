import { pino, type Logger } from 'pino';

export type { Logger };

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** Fields that never reach a log line, wherever in the logged object they stand. */
const SECRET_FIELDS = ['token', 'password', 'passcode', 'authorization', 'cookie', 'secret'];

/** JSON lines on standard output, or readable ones for a person at a terminal. */
export function createLogger(level: LogLevel, format: 'json' | 'pretty'): Logger {
  return pino({
    level,
    base: null,
    redact: { paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]) },
    ...(format === 'pretty' && {
      transport: {
        target: 'pino-pretty',
        options: { translateTime: 'HH:MM:ss.l', ignore: 'pid,hostname' },
      },
    }),
  });
}
