import type { IncomingMessage } from 'node:http';
import type Koa from 'koa';
import helmet from 'koa-helmet';

const HSTS_MAX_AGE_SEC = 180 * 86_400;

/** What a meeting needs is for this origin only; nothing of the rest is for anyone. */
const PERMISSIONS = [
  ...[
    'camera',
    'microphone',
    'display-capture',
    'speaker-selection',
    'fullscreen',
    'picture-in-picture',
    'screen-wake-lock',
  ].map((feature) => `${feature}=(self)`),
  ...['geolocation', 'payment', 'usb', 'serial', 'hid'].map((feature) => `${feature}=()`),
].join(', ');

/**
 * Headers that keep a browser from doing more than the client needs.
 * @param strictTransport whether to tell browsers to come back over TLS only
 */
export function securityHeaders(strictTransport: boolean): Koa.Middleware {
  const headers = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        mediaSrc: ["'self'", 'blob:', 'mediastream:'],
        // hls.js opens streams of live rooms in a worker that it makes of its own text.
        workerSrc: ["'self'", 'blob:'],
        connectSrc: ["'self'", socketSources],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    referrerPolicy: { policy: 'no-referrer' },
    xFrameOptions: { action: 'deny' },
    strictTransportSecurity: strictTransport && {
      maxAge: HSTS_MAX_AGE_SEC,
      includeSubDomains: false,
    },
  });
  return async (ctx, next) => {
    ctx.set('Permissions-Policy', PERMISSIONS);
    await headers(ctx, next);
  };
}

/** `'self'` does not cover WebSockets in Safari before 15.4, so that they are named, for this host only. */
function socketSources(request: IncomingMessage): string {
  const host = request.headers.host ?? '';
  // The header is the client's: only what can be nothing but a host gets into the policy.
  return /^[A-Za-z0-9.-]+(:\d+)?$|^\[[0-9A-Fa-f:.]+\](:\d+)?$/.test(host)
    ? `ws://${host} wss://${host}`
    : "'self'";
}
