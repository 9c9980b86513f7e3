import { Hono } from 'hono';
import { NoAnswerError, TaskNotFoundError, TemporalUnreachableError } from '../../client/index.ts';
import type { Access } from './access.ts';
import { apiRoutes, type ApiParts } from './api.ts';
import { assetRoutes } from './assets.ts';
import { readOnly, strictHeaders } from './headers.ts';
import { hostGuard } from './hosts.ts';
import { standingMetrics } from './metrics.ts';
import { ParameterError } from './parameters.ts';
import { PrometheusError } from '../prometheus/ask.ts';

export interface AppOptions extends ApiParts {
  /** Where it listens, and other names by which it may be asked for. */
  host: string;
  hosts: readonly string[] | null;
  access: Access;
  /** Told of what nobody foresaw. */
  onError: (error: Error) => void;
}

/** The monitor's web server: the page, what it is made of, and its JSON. */
export function createApp(options: AppOptions): Hono {
  const { host, hosts, access, onError } = options;
  const { assets, index, login } = assetRoutes();
  const app = new Hono();
  app.use(strictHeaders, hostGuard(host, hosts), readOnly);
  app.route('/', assets);
  app.get('/login', login);
  app.route('/', access.login);
  app.use('/', access.guard);
  app.get('/', index);
  app.use('/api/*', access.guard);
  app.route('/api/v1', apiRoutes(options));
  app.get('/metrics', access.guard, (context) => {
    const text = standingMetrics(options.standing, Math.floor(Date.now() / 1000));
    return context.text(text, 200, { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' });
  });
  app.notFound((context) => context.json({ error: { message: 'there is no such page' } }, 404));
  app.onError((error, context) => {
    const { message } = error;
    if (error instanceof ParameterError) return context.json({ error: { field: error.field, message } }, 400);
    if (error instanceof TaskNotFoundError) return context.json({ error: { message } }, 404);
    if (error instanceof PrometheusError) return context.json({ error: { message } }, 502);
    if (error instanceof TemporalUnreachableError || error instanceof NoAnswerError)
      return context.json({ error: { message } }, 503);
    onError(error);
    return context.json({ error: { message: 'the monitor failed: its log says how' } }, 500);
  });
  return app;
}
