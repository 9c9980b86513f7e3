import { DefaultLogger, type LogLevel, type Logger } from '@temporalio/worker';
import { pino, type Logger as Pino } from 'pino';
import pretty from 'pino-pretty';
import type { Config } from '../config/index.ts';

/** Fields that must never be written, wherever they turn up. */
const SECRET_FIELDS = ['proxy', 'token', 'key', 'password', 'authorization', 'dn'];

/** The process's log on standard error: one JSON line per event, or one for people. */
export function createLog({ logLevel, logFormat }: Pick<Config, 'logLevel' | 'logFormat'>): Pino {
  const isPretty = logFormat === 'pretty' || (logFormat === 'auto' && process.stderr.isTTY);
  const destination = isPretty
    ? pretty({ destination: 2, sync: true, ignore: 'pid,hostname,service' })
    : pino.destination(2);
  return pino(
    {
      level: logLevel,
      base: { service: 'aso' },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`]), censor: '***' },
    },
    destination,
  );
}

const PINO_LEVEL = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;

/** Temporal's log through ours. */
export function temporalLogger(log: Pino, level: Config['logLevel']): Logger {
  return new DefaultLogger(level.toUpperCase() as LogLevel, ({ level: severity, message, meta }) => {
    const { error, ...rest } = (meta ?? {}) as { error?: unknown };
    log[PINO_LEVEL[severity]]({ ...rest, ...(error === undefined ? {} : { err: error }) }, message);
  });
}
