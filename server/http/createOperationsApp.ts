import Router from '@koa/router';
import Koa from 'koa';
import type { Config } from '../config/loadConfig.ts';
import type { Logger } from '../core/logger.ts';
import { answerErrors } from './errors.ts';
import { addOperations, type OperationsDeps } from './operations.ts';

export interface OperationsAppDeps extends Pick<OperationsDeps, 'ready' | 'metrics'> {
  config: Pick<Config, 'metrics'>;
  logger: Logger;
}

/** What a node answers over HTTP that has no clients: the operator's tools alone. */
export function createOperationsApp({ config, logger, ready, metrics }: OperationsAppDeps): Koa {
  const app = new Koa();
  app.on('error', (error: unknown) => logger.warn({ err: error }, 'answer not completed'));
  app.use(answerErrors(logger));
  const router = new Router({ strict: true, sensitive: true });
  addOperations(router, { ready, metrics, access: config.metrics });
  app.use(router.routes());
  return app;
}
