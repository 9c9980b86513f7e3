import { setTimeout as sleep } from 'node:timers/promises';
import { isGrpcServiceError, type Connection } from '@temporalio/client';
import { encodeSearchAttributeIndexedValueType } from '@temporalio/common/lib/search-attributes.js';
import { msToTs, tsToMs } from '@temporalio/common/lib/time.js';
import { ALL_SEARCH_ATTRIBUTES } from '../contract/search-attributes.ts';

export interface SetupOptions {
  /** How long closed workflows are kept at least. */
  retentionDays: number;
  /** Told each thing that was done or found in order. @default console.log */
  say?: (text: string) => void;
  /** How long a change may take until every part of the server shows it. @default 60 s */
  timeoutMs?: number;
}

const DAY_MS = 86_400_000;
/** Parts of a server look for what has changed of namespaces so often by themselves (`system.namespaceCacheRefreshInterval`), milliseconds. */
export const NOTICED_WITHIN_MS = 2_000;
/** gRPC's status codes. */
const INVALID_ARGUMENT = 3;
const NOT_FOUND = 5;
const PERMISSION_DENIED = 7;
const UNIMPLEMENTED = 12;

/** The namespace is not fit for us; the message says how to mend it. */
export class NamespaceError extends Error {
  override name = 'NamespaceError';
}

/**
 * Makes a namespace fit for us: creates it where it is missing, sees to its retention and registers our search
 * attributes. May be run again at any time: longer retention and what others registered stay as they are.
 */
export async function setUpNamespace(connection: Connection, namespace: string, options: SetupOptions): Promise<void> {
  const { retentionDays, say = console.log, timeoutMs = 60_000 } = options;
  const until = Date.now() + timeoutMs;
  await ensureRetention(connection, namespace, retentionDays, say);
  await ensureSearchAttributes(connection, namespace, say, until);
}

async function ensureRetention(
  connection: Connection,
  namespace: string,
  days: number,
  say: (text: string) => void,
): Promise<void> {
  const wanted = msToTs(days * DAY_MS);
  try {
    const { config } = await connection.workflowService.describeNamespace({ namespace });
    const present = tsToMs(config?.workflowExecutionRetentionTtl ?? msToTs(0)) / DAY_MS;
    if (present >= days)
      return say(`namespace ${namespace}: keeps closed workflows for ${present} days, ${days} or more are needed`);
    await connection.workflowService.updateNamespace({ namespace, config: { workflowExecutionRetentionTtl: wanted } });
    say(`namespace ${namespace}: now keeps closed workflows for ${days} days (${present} before)`);
  } catch (error) {
    if (!isNotFound(error)) throw error;
    await connection.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: wanted });
    say(`namespace ${namespace}: created, keeps closed workflows for ${days} days`);
  }
}

async function ensureSearchAttributes(
  connection: Connection,
  namespace: string,
  say: (text: string) => void,
  until: number,
): Promise<void> {
  const missing = await missingSearchAttributes(connection, namespace, until);
  if (!missing.length)
    return say(`namespace ${namespace}: all ${ALL_SEARCH_ATTRIBUTES.length} search attributes are there`);
  const searchAttributes = Object.fromEntries(
    missing.map(({ name, type }) => [name, encodeSearchAttributeIndexedValueType(type) as number]),
  );
  await connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
  const wait = async (isSo: () => Promise<boolean>, otherwise: string): Promise<void> => {
    while (!(await isSo())) {
      if (Date.now() > until) throw new Error(`the search attributes of ${namespace} ${otherwise} in time`);
      await sleep(200);
    }
  };
  // Registered is not yet known everywhere: a workflow that starts too early would fail with an unknown attribute.
  await wait(async () => !(await missingSearchAttributes(connection, namespace, until)).length, 'did not appear');
  await wait(() => areUnderstood(connection, namespace), 'were not understood');
  // The front end has noticed; the parts that nobody can ask do so within the same time.
  await sleep(NOTICED_WITHIN_MS);
  say(`namespace ${namespace}: registered search attributes ${missing.map(({ name }) => name).join(', ')}`);
}

/**
 * Sees to it that a namespace has our search attributes before anything is started there: a workflow that names one that is lacking
 * fails at its start, and so would every report of CRAB.
 * @returns why it cannot be told (the server lets only administrators ask); null where all are there
 * @throws NamespaceError naming what is lacking or different, and the command that mends it
 */
export async function checkSearchAttributes(connection: Connection, namespace: string): Promise<string | null> {
  let missing;
  try {
    missing = await missingSearchAttributes(connection, namespace, 0);
  } catch (error) {
    if (!isGrpcServiceError(error)) throw error;
    if (isNotFound(error)) throw new NamespaceError(`there is no namespace ${namespace}: run \`aso setup namespace\``);
    if (Number(error.code) !== PERMISSION_DENIED && Number(error.code) !== UNIMPLEMENTED) throw error;
    return `whether namespace ${namespace} has our search attributes cannot be asked: ${error.details}`;
  }
  if (missing.length === 0) return null;
  const names = missing.map(({ name, type }) => `${name} (${type})`).join(', ');
  throw new NamespaceError(
    `namespace ${namespace} lacks search attributes: ${names}; run \`aso setup namespace\`, which registers them`,
  );
}

/** Ours that are not registered. Throws where one of ours has another type: nothing but a person can change that. */
async function missingSearchAttributes(connection: Connection, namespace: string, until: number) {
  for (;;) {
    try {
      const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
      const wrong = ALL_SEARCH_ATTRIBUTES.filter(({ name, type }) => {
        const present = customAttributes[name];
        return present !== undefined && present !== encodeSearchAttributeIndexedValueType(type);
      });
      if (wrong.length)
        throw new NamespaceError(
          `namespace ${namespace} has search attributes of another type than ours: ` +
            wrong.map(({ name, type }) => `${name} must be ${type}`).join(', ') +
            '; remove each with `temporal operator search-attribute remove --name …` and run `aso setup namespace`, or use another namespace',
        );
      return ALL_SEARCH_ATTRIBUTES.filter(({ name }) => !(name in customAttributes));
    } catch (error) {
      // A namespace just created takes a while to be known everywhere.
      if (!isNotFound(error) || Date.now() > until) throw error;
      await sleep(200);
    }
  }
}

/** Whether the front end takes our search attributes, which it lists before it does. */
async function areUnderstood(connection: Connection, namespace: string): Promise<boolean> {
  const query = ALL_SEARCH_ATTRIBUTES.map(({ name }) => `${name} IS NULL`).join(' AND ');
  try {
    await connection.workflowService.countWorkflowExecutions({ namespace, query });
    return true;
  } catch (error) {
    if (isGrpcServiceError(error) && Number(error.code) === INVALID_ARGUMENT) return false;
    throw error;
  }
}

const isNotFound = (error: unknown): boolean => isGrpcServiceError(error) && Number(error.code) === NOT_FOUND;
