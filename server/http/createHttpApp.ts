import { join } from 'node:path';
import Router from '@koa/router';
import Koa from 'koa';
import type { AuthService } from '../auth/AuthService.ts';
import { clientAddress } from '../auth/clientAddress.ts';
import type { Operators } from '../auth/Operators.ts';
import type { RateLimits } from '../auth/RateLimits.ts';
import type { Config } from '../config/loadConfig.ts';
import { AppError } from '../core/AppError.ts';
import type { Logger } from '../core/logger.ts';
import { addAvatars, isCountedByPerson, type AvatarDeps } from './avatars.ts';
import { bindRoutes, type RouteHandlers } from './bindRoutes.ts';
import { serveClient } from './clientFiles.ts';
import { allowOrigins } from './cors.ts';
import { answerErrors, TransportError } from './errors.ts';
import { addOperations, type OperationsDeps } from './operations.ts';
import { addLiveFiles, type LiveFileDeps } from './liveFiles.ts';
import { addLiveKeys, countListener, type LiveKeyDeps } from './liveKeys.ts';
import { addRecordingFiles, type RecordingFileDeps } from './recordingFiles.ts';
import { logRequests, type HttpObserver } from './requestLog.ts';
import { createAdminRoutes, type AdminRouteDeps } from './routes/admin.ts';
import { createAuthRoutes, type AuthRouteDeps } from './routes/auth.ts';
import { createChatRoutes, type ChatRouteDeps } from './routes/chat.ts';
import { createCallRoutes, type CallRouteDeps } from './routes/calls.ts';
import { createLiveListeningRoutes, type LiveListeningRouteDeps } from './routes/liveListening.ts';
import { createLiveRoutes, type LiveRouteDeps } from './routes/live.ts';
import { createMeetingRoutes, type MeetingRouteDeps } from './routes/meetings.ts';
import { createPeopleRoutes, type PeopleRouteDeps } from './routes/people.ts';
import { createRecordingRoutes, type RecordingRouteDeps } from './routes/recordings.ts';
import { securityHeaders } from './securityHeaders.ts';

const CLIENT_DIST = join(import.meta.dirname, '../../client/dist');

export interface HttpAppDeps extends Pick<OperationsDeps, 'ready' | 'metrics'>, ChatRouteDeps {
  config: Pick<Config, 'server' | 'limits' | 'metrics' | 'people'>;
  auth: AuthRouteDeps['auth'] & Pick<AuthService, 'authenticate'>;
  operators: Pick<Operators, 'authenticate' | 'isOperator'>;
  rateLimits: RateLimits;
  admin: AdminRouteDeps['admin'];
  webhookAdmin: AdminRouteDeps['webhookAdmin'];
  meetings: AuthRouteDeps['meetings'] & MeetingRouteDeps['meetings'];
  people: PeopleRouteDeps['people'] & AvatarDeps['people'];
  deletion: PeopleRouteDeps['deletion'];
  calls: CallRouteDeps['calls'];
  live: LiveRouteDeps['live'] & MeetingRouteDeps['live'];
  livePushes: LiveRouteDeps['livePushes'];
  liveAccess: LiveListeningRouteDeps['liveAccess'] & LiveKeyDeps['access'];
  liveListening: LiveListeningRouteDeps['liveListening'];
  liveFiles: LiveFileDeps['files'];
  recordings: RecordingRouteDeps['recordings'] & MeetingRouteDeps['recordings'];
  recordingAccess: RecordingRouteDeps['recordingAccess'] & RecordingFileDeps['access'];
  recordingStore: RecordingRouteDeps['recordingStore'];
  transcripts: RecordingRouteDeps['transcripts'];
  recordingStorage: RecordingFileDeps['storage'];
  logger: Logger;
  observe: HttpObserver;
  /** Whether the server itself speaks TLS. */
  secure: boolean;
  /** Folder of the built client. */
  clientDir?: string;
}

/** Everything that the server answers over HTTP: the REST API, the operator's pages and the client. */
export function createHttpApp(deps: HttpAppDeps): Koa {
  const { config, logger } = deps;
  const { trustProxy, corsOrigins, tls } = config.server;
  const app = new Koa();
  // What goes wrong after an answer has begun; everything before is answered by answerErrors.
  app.on('error', (error: unknown) => logger.warn({ err: error }, 'answer not completed'));

  app.use(logRequests(logger, deps.observe));
  // A browser that was told so for a certificate made here would refuse every other server on this name.
  app.use(securityHeaders(deps.secure && tls !== 'self-signed'));
  app.use(allowOrigins(corsOrigins));
  app.use(answerErrors(logger));
  app.use(limitApi(deps.rateLimits, trustProxy));

  const router = new Router({ strict: true, sensitive: true });
  addOperations(router, { ready: deps.ready, metrics: deps.metrics, access: config.metrics });
  addAvatars(router, { ...deps, trustProxy });
  addLiveKeys(router, { access: deps.liveAccess, trustProxy });
  addLiveFiles(router, { files: deps.liveFiles });
  addRecordingFiles(router, { access: deps.recordingAccess, storage: deps.recordingStorage });
  bindRoutes(router, createHandlers(deps), {
    auth: deps.auth,
    operators: deps.operators,
    trustProxy,
    maxBodyBytes: config.limits.bodyBytes,
    maxFileBytes: config.people.avatarBytes,
  });
  app.use(router.routes());
  app.use(serveClient(deps.clientDir ?? CLIENT_DIST));
  app.use(refuseUnknown(router));
  return app;
}

function createHandlers(deps: HttpAppDeps) {
  return {
    ...createAuthRoutes(deps),
    ...createMeetingRoutes(deps),
    ...createAdminRoutes(deps),
    ...createChatRoutes(deps),
    ...createPeopleRoutes(deps),
    ...createCallRoutes(deps),
    ...createLiveRoutes(deps),
    ...createLiveListeningRoutes(deps),
    ...createRecordingRoutes(deps),
  } satisfies RouteHandlers;
}

/** What answers to a token is limited, the client's files and the probes of health are not. */
function limitApi(rateLimits: RateLimits, trustProxy: number): Koa.Middleware {
  return async (ctx, next) => {
    if (ctx.path.startsWith('/api/') || ctx.path === '/metrics') {
      ctx.set('Cache-Control', 'no-store');
      const isCounted =
        isCountedByPerson(ctx) || (await countListener(ctx, rateLimits, trustProxy));
      if (!isCounted) {
        await rateLimits.consume('restPerAddress', clientAddress(ctx.req, trustProxy));
      }
    }
    await next();
  };
}

function refuseUnknown(router: Router): Koa.Middleware {
  return (ctx) => {
    const methods = router.match(ctx.path, ctx.method).path.flatMap((layer) => layer.methods);
    if (methods.length === 0) {
      throw new AppError('NOT_FOUND', { message: 'There is nothing at this address.' });
    }
    throw new TransportError('NOT_FOUND', 405, {
      message: `This address does not take ${ctx.method}.`,
      headers: { Allow: [...new Set(methods)].join(', ') },
    });
  };
}
