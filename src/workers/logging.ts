import { DefaultLogger, type LogLevel, type Logger } from '@temporalio/worker';
import { pino, type DestinationStream, type Logger as Pino } from 'pino';
import pretty from 'pino-pretty';
import type { Config } from '../config/index.ts';
import { scrub, scrubLine } from './scrub.ts';
import { correlation } from './telemetry/correlation.ts';

/**
 * The process's log on standard error: one JSON line per event, or one for people (docs/metrics.md, "Logs"). Whatever is written is scrubbed
 * here, at the last moment: errors of third parties may quote a proxy or a token, and names may hold anything.
 * @param to where it is written instead, as JSON
 */
export function createLog(
  { logLevel, logFormat }: Pick<Config, 'logLevel' | 'logFormat'>,
  to?: DestinationStream,
): Pino {
  const isPretty = logFormat === 'pretty' || (logFormat === 'auto' && process.stderr.isTTY);
  const standardError = (): DestinationStream =>
    isPretty ? pretty({ destination: 2, sync: true, ignore: 'pid,hostname,service' }) : pino.destination(2);
  return pino(
    {
      level: logLevel,
      base: { service: 'aso' },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { log: (fields) => scrub(fields) as Record<string, unknown> },
      serializers: { err: (error: Error) => scrub(pino.stdSerializers.err(error)) },
      hooks: {
        logMethod(args, write) {
          const [first, ...rest] = args as unknown[];
          // Else an error's message would become the line's, as it is.
          const said = rest.length === 0 ? errorIn(first)?.message : undefined;
          const all = said === undefined ? args : [first, said];
          write.apply(this, all.map((arg) => (typeof arg === 'string' ? scrubLine(arg) : arg)) as typeof args);
        },
      },
    },
    to ?? standardError(),
  );
}

function errorIn(logged: unknown): Error | null {
  if (logged instanceof Error) return logged;
  const { err } = (typeof logged === 'object' && logged !== null ? logged : {}) as { err?: unknown };
  return err instanceof Error ? err : null;
}

const PINO_LEVEL = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;

/** Temporal's log through ours; what is about one of our workflows carries its task and batch. */
export function temporalLogger(log: Pino, level: Config['logLevel']): Logger {
  return new DefaultLogger(level.toUpperCase() as LogLevel, ({ level: severity, message, meta }) => {
    const { error, ...rest } = (meta ?? {}) as { error?: unknown; workflowId?: unknown };
    const about = typeof rest.workflowId === 'string' ? correlation(rest.workflowId) : {};
    log[PINO_LEVEL[severity]]({ ...about, ...rest, ...(error === undefined ? {} : { err: error }) }, message);
  });
}
