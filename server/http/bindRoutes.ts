import type Router from '@koa/router';
import type Koa from 'koa';
import { z } from 'zod';
import { id, meetingRef } from '../../protocol/primitives.ts';
import { routes, type RouteName } from '../../protocol/rest.ts';
import type { AuthService } from '../auth/AuthService.ts';
import type { Operator, Operators } from '../auth/Operators.ts';
import type { Principal } from '../auth/Principal.ts';
import { clientAddress } from '../auth/clientAddress.ts';
import { AppError } from '../core/AppError.ts';
import { parsePayload } from '../core/parsePayload.ts';
import { bearerToken } from './bearerToken.ts';
import { cameOverTls, setCookie, LISTENER_COOKIE, type Cookie } from './cookies.ts';
import { jsonBody } from './jsonBody.ts';
import { rawBody } from './rawBody.ts';
import { setRoute } from './requestLog.ts';

type Route<N extends RouteName> = (typeof routes)[N];
type Output<S> = S extends z.ZodType ? z.output<S> : undefined;

/** `idOrCode` of `/api/meetings/:idOrCode`. */
type ParamNames<P extends string> = P extends `${string}:${infer Name}/${infer Rest}`
  ? Name | ParamNames<Rest>
  : P extends `${string}:${infer Name}`
    ? Name
    : never;

export type AccountPrincipal = Extract<Principal, { kind: 'account' }>;
/** As a listener brings it; whether it opens the room is for who answers to find out. */
export interface ListenerToken {
  token: string;
}
interface PrincipalFor {
  none: null;
  optional: Principal | null;
  any: Principal;
  account: AccountPrincipal;
  operator: Operator;
  listener: ListenerToken;
}

/** A request as its handler gets it: parsed and authenticated as the route says. */
export interface RouteRequest<N extends RouteName> {
  principal: PrincipalFor[Route<N>['auth']];
  params: Record<ParamNames<Route<N>['path']>, string>;
  query: Route<N> extends { query: infer Q } ? Output<Q> : undefined;
  body: Output<Route<N>['body']>;
  /** What limits per address count under. */
  address: string;
  /** Has the browser keep something, with the answer. */
  setCookie: (cookie: Cookie) => void;
}

type RouteAnswer<N extends RouteName> = Route<N>['response'] extends z.ZodType
  ? z.input<Route<N>['response']>
  : undefined;

/** Answers or throws an `AppError`. */
export type RouteHandler<N extends RouteName> = (
  request: RouteRequest<N>,
) => Promise<RouteAnswer<N>>;
export type RouteHandlers = { [N in RouteName]: RouteHandler<N> };

/** Everything that a path may hold a place for. */
const PARAMS = {
  idOrCode: meetingRef,
  instanceId: id,
  roomId: id,
  pushId: id,
  messageId: id,
  userId: id,
  callId: id,
  recordingId: id,
  shareId: id,
} satisfies Record<ParamNames<Route<RouteName>['path']>, z.ZodType<string>>;
const NO_QUERY = z.strictObject({});

interface BindOptions {
  auth: Pick<AuthService, 'authenticate'>;
  operators: Pick<Operators, 'authenticate'>;
  trustProxy: number;
  maxBodyBytes: number;
  /** Of a body that is not JSON. */
  maxFileBytes: number;
}

/** Serves every route of the contract: authenticate, parse, handle, present. */
export function bindRoutes(router: Router, handlers: RouteHandlers, options: BindOptions): void {
  const readJson = jsonBody(options.maxBodyBytes);
  for (const name of Object.keys(routes) as RouteName[]) {
    const route: ErasedRoute = routes[name];
    // The compiler cannot see that what is parsed by a name's schemas fits that name's handler.
    const handle = handlers[name] as (request: ErasedRequest) => Promise<unknown>;
    const params = z.object(pickParams(route.path));
    const readBody = route.content ? rawBody(options.maxFileBytes, route.content) : readJson;

    router.register(
      route.path,
      [route.method],
      [
        async (ctx, next) => {
          setRoute(ctx, route.path);
          // Before the body is read: strangers get no memory of ours to fill.
          ctx.state['principal'] = await authenticate(ctx, route.auth, options);
          await (route.body === null ? next() : readBody(ctx, next));
        },
        async (ctx) => {
          const answer = await handle({
            principal: ctx.state['principal'] as AnyPrincipal,
            params: parsePayload(params, ctx.params),
            query: parsePayload(route.query ?? NO_QUERY, { ...ctx.query }),
            body: route.body === null ? undefined : parsePayload(route.body, ctx.request.body),
            address: clientAddress(ctx.req, options.trustProxy),
            setCookie: (cookie) => setCookie(ctx, cookie, cameOverTls(ctx, options.trustProxy)),
          });
          ctx.status = route.status;
          // Only what the contract names leaves the server.
          ctx.body = route.response === null ? null : route.response.parse(answer);
        },
      ],
    );
  }
}

interface ErasedRoute {
  method: string;
  path: string;
  auth: keyof PrincipalFor;
  status: number;
  query?: z.ZodType;
  body: z.ZodType | null;
  content?: readonly string[];
  response: z.ZodType | null;
}
type AnyPrincipal = PrincipalFor[keyof PrincipalFor];
interface ErasedRequest {
  principal: AnyPrincipal;
  params: unknown;
  query: unknown;
  body: unknown;
  address: string;
  setCookie: (cookie: Cookie) => void;
}

/** @throws AppError UNAUTHENTICATED, or FORBIDDEN for a guest where an account is needed, and for others than operators */
async function authenticate(
  ctx: Koa.Context,
  kind: keyof PrincipalFor,
  { auth, operators }: Pick<BindOptions, 'auth' | 'operators'>,
): Promise<AnyPrincipal> {
  if (kind === 'none') return null;
  if (kind === 'listener') {
    const opens = bearerToken(ctx) ?? ctx.cookies.get(LISTENER_COOKIE);
    if (opens === undefined) throw new AppError('UNAUTHENTICATED');
    return { token: opens };
  }
  const given = ctx.get('Authorization') !== '';
  if (!given && kind === 'optional') return null;
  const token = bearerToken(ctx);
  if (token === undefined) throw new AppError('UNAUTHENTICATED');
  if (kind === 'operator') return operators.authenticate(token);
  const principal = await auth.authenticate(token);
  if (kind === 'account' && principal.kind !== 'account') {
    throw new AppError('FORBIDDEN', { message: 'This needs an account.' });
  }
  return principal;
}

function pickParams(path: string): Partial<typeof PARAMS> {
  const names = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name);
  return Object.fromEntries(Object.entries(PARAMS).filter(([name]) => names.includes(name)));
}
