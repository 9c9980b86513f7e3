import { SimulatorServer, type SimulatedAnswer, type SimulatedRequest, type SimulatorOptions } from '../http-server.ts';
import { StateFile } from '../state-file.ts';
import { Arguments, CrabRefusal } from './arguments.ts';
import { CrabBooks } from './books.ts';
import { readMetadata, writeMetadata } from './file-metadata.ts';
import { searchTask } from './task-search.ts';
import { readQueue } from './transfer-queue.ts';
import { postTransfers } from './transfers.ts';
import { changeTransfers, insertTransfer, readTransfers } from './user-transfers.ts';

export interface CrabSimulatorOptions extends SimulatorOptions {
  /** Refuse a repeated `lfnList`, as the code of CRABServer reads; by default it is taken too. */
  refuseRepeatedLists?: boolean;
  /** SQLite file of what CRAB knows, which outlives the simulator; in memory where absent. */
  stateFile?: string;
  /** URL of a DBS simulator: there is then a task of any name, and it is published there. @default only tasks that were added */
  dbs?: string;
}

/** CRAB's REST: `filemetadata`, `task`, `filetransfers`, `fileusertransfers`, under any path. */
export interface CrabSimulator {
  /** `http://host:port`, without a slash at its end. */
  url: string;
  /** `<url>/crabserver/prod`. */
  restUrl: string;
  server: SimulatorServer;
  /** What CRAB knows; tests fill and read it. */
  books: CrabBooks;
  close(): Promise<void>;
}

type Call = (form: Arguments) => object;

/** Starts a CRAB simulator on loopback, without tasks. @throws when the port is taken. */
export async function startCrabSimulator(options: CrabSimulatorOptions = {}): Promise<CrabSimulator> {
  const state = options.stateFile === undefined ? null : new StateFile(options.stateFile);
  const books = new CrabBooks(state);
  const { dbs } = options;
  if (dbs !== undefined)
    books.taskSource = (name) => ({
      tm_username: /:(\w+?)_crab_/.exec(name)?.[1] ?? 'nobody',
      tm_publish_dbs_url: `${dbs}/dbs/prod/phys03/DBSWriter`,
      tm_dbs_url: `${dbs}/dbs/prod/phys03/DBSReader`,
    });
  const done = (work: (books: CrabBooks, form: Arguments) => void): Call => {
    return (form) => {
      work(books, form);
      return { result: [] };
    };
  };
  const calls: Record<string, Call> = {
    'GET filemetadata': (query) => ({ result: readMetadata(books, query, options.refuseRepeatedLists ?? false) }),
    'PUT filemetadata': done(writeMetadata),
    'GET task': (query) => searchTask(books, query),
    'GET filetransfers': (query) => readQueue(books, query),
    'POST filetransfers': (form) => ({ result: postTransfers(books, form) }),
    'GET fileusertransfers': (query) => readTransfers(books, query),
    'PUT fileusertransfers': done(insertTransfer),
    'POST fileusertransfers': (form) => ({ result: changeTransfers(books, form) }),
  };

  const handle = async (request: SimulatedRequest): Promise<SimulatedAnswer> => {
    const api = request.path.split('/').at(-1) ?? '';
    const call = calls[`${request.method} ${api}`];
    if (!call) return { status: Object.keys(calls).some((name) => name.endsWith(` ${api}`)) ? 405 : 404 };
    try {
      return { status: 200, body: call(await Arguments.of(request)) };
    } catch (error) {
      if (error instanceof CrabRefusal) return error.answer;
      throw error;
    }
  };

  const server = await SimulatorServer.start(handle, options);
  return {
    url: server.url,
    restUrl: `${server.url}/crabserver/prod`,
    server,
    books,
    close: async () => {
      await server.close();
      state?.close();
    },
  };
}
