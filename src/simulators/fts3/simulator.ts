import type { Outage } from '../fault-script.ts';
import { KeptList, StateFile } from '../state-file.ts';
import { scheduleOutages } from '../fault-script.ts';
import { SimulatorServer, type SimulatorOptions } from '../http-server.ts';
import type { FtsDelegation, FtsDeletion, FtsJobRecord, FtsLooks, FtsRefusedSubmission } from './books.ts';
import { CopyConnections } from './copy-connections.ts';
import { createCopyProcess } from './copy.ts';
import { Delegations } from './delegation.ts';
import { TransferFaults, type TransferFault } from './faults.ts';
import { Identities, type FtsIdentity } from './identity.ts';
import { createInstantCopyProcess, type CopyPlan } from './instant-copy.ts';
import { JobStore } from './job-store.ts';
import { KeptJobs } from './kept-jobs.ts';
import { FtsMessages, type Publish } from './messages.ts';
import { rewriteJob, type JobRewrite } from './rewrite.ts';
import { createFtsHandler } from './routes.ts';
import { Scheduler } from './scheduler.ts';
import type { FtsService } from './service.ts';

/** How an FTS simulator behaves. Times in milliseconds unless the name says otherwise. */
export interface FtsSimulatorOptions extends SimulatorOptions {
  /** Between two rounds of the scheduler; FTS's own is the default, 2000. */
  tickMs?: number;
  /** Copies at a time per (source storage, destination storage, VO); default 2. Storages have no port in FTS. */
  activePerLink?: number;
  /** Between two looks for jobs past max_time_in_queue; default 150 ticks, which is FTS's 300 s. */
  expiryCheckMs?: number;
  /** From the cancel of a job to the end of its running copies; default 5 ticks, which is FTS's 10 s. */
  cancelGraceMs?: number;
  /** What a second of `retry_delay` takes; default 1000. */
  retrySecondMs?: number;
  /** Retries of jobs that ask for `retry: 0`; default 0. */
  defaultRetries?: number;
  /** Silence after which FTS gives up a copy whose machine died; default 900 000, which is FTS's. */
  stalledAfterMs?: number;
  /** Bytes per second of one copy; unlimited by default. */
  bytesPerSecond?: number;
  /** Time a copy takes at least; default 0. */
  minCopyMs?: number;
  /** How long a storage may stay silent; default 600 000. */
  storageTimeoutMs?: number;
  /** No bytes are moved: every copy ends well at once, or as the transfer faults say. */
  instant?: boolean;
  /** With `instant`: what becomes of each copy that no transfer fault is about, and who is told of those that end well. */
  copyPlan?: CopyPlan;
  /** The URL to open for a PFN; by default davs becomes https, dav http. */
  resolveUrl?: (pfn: string) => string;
  /**
   * Names the storage that a PFN lies on, for links; by default scheme and host, as FTS does. Sites that share one
   * simulated door would otherwise all be one storage.
   */
  storageOf?: (pfn: string) => string;
  transferFaults?: readonly TransferFault[];
  outages?: readonly Outage[];
  /** Users; over plain HTTP the first one is everybody who does not say otherwise. */
  identities?: readonly FtsIdentity[];
  /** VO of users over TLS that are none of the identities; null: they are refused. Default: the first identity's. */
  unknownVo?: string | null;
  /** Of delegations over plain HTTP; default 48. */
  delegationLifetimeHours?: number;
  /** Characters of JSON a job's metadata may have; default 2048, as FTS is shipped. */
  jobMetadataLimit?: number;
  /** VOs for which a second live file with the same destination is refused; none by default. */
  checkDuplicates?: readonly string[];
  /** Storages (`scheme://host`) for which submissions are refused. */
  bannedStorages?: readonly string[];
  /** Where its messages go; none are sent without it. */
  publish?: Publish;
  /** SQLite file of its database, which outlives the simulator; in memory where absent. Copies die with the simulator all the same. */
  stateFile?: string;
}

/** A running FTS simulator and its books, which tell what really happened. */
export interface FtsSimulator {
  /** `http://host:port` or `https://host:port`, without a slash at its end. */
  readonly url: string;
  /** Counts of requests, faults of requests. */
  readonly server: SimulatorServer;
  /** Faults of copies; may be added and cleared at any time. */
  readonly transferFaults: TransferFaults;
  /** All jobs, archived ones included, oldest first. The records are live. */
  jobs(): FtsJobRecord[];
  job(jobId: string): FtsJobRecord | undefined;
  /** Jobs and files that were submitted so far; live. */
  readonly taken: Readonly<{ jobs: number; files: number }>;
  /** Every DELETE of jobs or files received, in order. */
  deletions(): readonly FtsDeletion[];
  /** How often jobs were asked for; live. */
  readonly looks: Readonly<FtsLooks>;
  /** Every delegation accepted, in order. */
  delegations(): readonly FtsDelegation[];
  /** Every submission answered with an error by FTS itself, in order. */
  refusedSubmissions(): readonly FtsRefusedSubmission[];
  /** Moves a job to the archive at once, as FTS does 7 days after its end. False for an unknown job. */
  archive(jobId: string): boolean;
  /** Loses a job altogether. False for an unknown one. */
  forget(jobId: string): boolean;
  /** Changes rows behind everybody's back, to what no request leads to. False for an unknown job. */
  rewrite(jobId: string, changes: JobRewrite): boolean;
  /**
   * Restarts the REST interface on its port, its database kept, away for `downMs`. Copies are processes of their own and go on; with
   * `copies: 'lost'` their machine dies with it.
   */
  restart(options?: { downMs?: number; copies?: 'go on' | 'lost' }): Promise<void>;
  /** Stops at once, running copies included; what they wrote so far stays. */
  close(): Promise<void>;
}

/** Starts an FTS simulator on loopback. @throws when the port is taken or a fault's regular expression is none */
export async function startFtsSimulator(options: FtsSimulatorOptions = {}): Promise<FtsSimulator> {
  const tickMs = options.tickMs ?? 2_000;
  const state = options.stateFile === undefined ? null : new StateFile(options.stateFile);
  const store = new JobStore(options.checkDuplicates);
  const kept = new KeptJobs(state, store);
  const delegations = new Delegations(options.delegationLifetimeHours ?? 48, options.tls !== undefined, state);
  const connections = new CopyConnections(
    (id) => delegations.credentialOf(id),
    options.tls?.clientAuthorities ?? null,
    options.storageTimeoutMs ?? 600_000,
  );
  const transferFaults = new TransferFaults(options.transferFaults);
  const copy = options.instant
    ? createInstantCopyProcess(transferFaults, options.copyPlan)
    : createCopyProcess({
        bytesPerSecond: options.bytesPerSecond ?? Infinity,
        minCopyMs: options.minCopyMs ?? 0,
        resolveUrl: options.resolveUrl ?? ((pfn) => pfn.replace(/^dav(s?):/, 'http$1:')),
        faults: transferFaults,
        connections,
      });
  const scheduler = new Scheduler(
    {
      tickMs,
      activePerLink: options.activePerLink ?? 2,
      expiryCheckMs: options.expiryCheckMs ?? tickMs * 150,
      cancelGraceMs: options.cancelGraceMs ?? tickMs * 5,
      retrySecondMs: options.retrySecondMs ?? 1_000,
      defaultRetries: options.defaultRetries ?? 0,
      stalledAfterMs: options.stalledAfterMs ?? 900_000,
    },
    copy,
    options.publish ? new FtsMessages(options.publish) : null,
    () => kept.keep(),
  );
  const service: FtsService = {
    store,
    scheduler,
    delegations,
    identities: new Identities(options.identities, options.unknownVo),
    rules: {
      jobMetadataLimit: options.jobMetadataLimit ?? 2_048,
      fileMetadataLimit: 4_096,
      bannedStorages: new Set(options.bannedStorages),
      storageOf: options.storageOf ?? null,
    },
    deletions: new KeptList(state, 'deletion'),
    refused: new KeptList(state, 'refusal'),
    looks: { requests: 0, jobs: 0 },
  };

  let server: SimulatorServer;
  try {
    kept.resume(scheduler);
    const handle = createFtsHandler(service);
    const keeping: typeof handle = async (request) => {
      const answer = await handle(request);
      kept.keep();
      return answer;
    };
    server = await SimulatorServer.start(keeping, options);
  } catch (error) {
    await scheduler.close();
    state?.close();
    throw error;
  }
  const endOutages = scheduleOutages(server.faults, options.outages ?? []);
  return {
    url: server.url,
    server,
    transferFaults,
    jobs: () => [...store.archived.values(), ...store.jobs.values()].sort((a, b) => a.submitTime - b.submitTime),
    job: (jobId) => store.jobs.get(jobId) ?? store.archived.get(jobId),
    taken: store.taken,
    deletions: () => service.deletions.all,
    looks: service.looks,
    delegations: () => delegations.accepted.all,
    refusedSubmissions: () => service.refused.all,
    archive: (jobId) => store.archive(jobId),
    forget: (jobId) => {
      kept.forget(jobId);
      return store.archive(jobId) && store.archived.delete(jobId);
    },
    rewrite: (jobId, changes) => {
      const job = store.jobs.get(jobId);
      if (job) rewriteJob(job, changes);
      return job !== undefined;
    },
    restart: async ({ downMs = 0, copies = 'go on' } = {}) => {
      if (copies === 'lost') scheduler.loseCopies();
      await server.restart(downMs);
    },
    close: async () => {
      endOutages();
      await server.close();
      await scheduler.close();
      await connections.close();
      kept.keep();
      state?.close();
    },
  };
}
