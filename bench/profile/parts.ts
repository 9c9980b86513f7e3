import type { Frame } from '../support/cpu-profile.ts';

/** Part of a worker's work → where its functions lie. The first frame of a stack, from the inside out, that lies anywhere decides. */
type Parts = readonly (readonly [part: string, where: RegExp])[];

const GC = 'garbage collection';
const OTHER = 'everything else';

/** The main thread: activities, and the passing on of workflow tasks. */
const MAIN: Parts = [
  ['HTTP to sites, FTS, CRAB and DBS', /node_modules\/undici\/|\/src\/adapters\/|node_modules\/cockatiel\//],
  ['activities', /\/src\/(activities|domain|contract)\//],
  ['payloads: JSON, protobuf, gzip', /node:zlib|\/src\/client\/|@temporalio\/(common|proto)\/|protobufjs/],
  ['SDK: tasks and their results', /@temporalio\/(worker|activity|core-bridge)\/|node_modules\/rxjs\//],
  ['client: signals to publishers', /@temporalio\/client\/|@grpc\//],
  ['logs and metrics', /\/src\/workers\/|node_modules\/(pino|sonic-boom)/],
];

/** The threads that run workflows. */
const WORKFLOWS: Parts = [
  ['SDK: stacks of promises, for its stack trace query', /workflow\/vm-shared\.js|node_modules\/source-map\//],
  ['SDK: entering and leaving the sandbox', /workflow\/(reusable-vm|workflow-worker-thread)\.js|node:vm|^evalmachine/],
  ['workflow code, and of the SDK what it calls', /workflow-bundle/],
  ['payloads: protobuf', /@temporalio\/(common|proto)\/|protobufjs/],
];

const partIn =
  (parts: Parts) =>
  (stack: readonly Frame[]): string => {
    if (stack[0]?.functionName === '(garbage collector)') return GC;
    for (const { url } of stack) {
      const part = parts.find(([, where]) => where.test(url));
      if (part) return part[0];
    }
    return OTHER;
  };

export const partOfMain = partIn(MAIN);
export const partOfWorkflows = partIn(WORKFLOWS);

/** What a worker's threads do, by the beginning of their names. */
const THREADS: readonly (readonly [name: RegExp, kind: ThreadKind])[] = [
  [/^(node$|MainThread)/, 'main thread'],
  [/^WorkerThread/, 'workflow threads'],
  [/^V8Worker/, 'V8: helpers of garbage collection and compilation'],
  [/^(tokio|temporal|workflow-proces)/, "Temporal's core: gRPC, histories"],
  [/^libuv/, 'libuv: gzip, files, names'],
  [/^v8:Prof|^SignalInsp/, 'the profiler itself'],
];

export type ThreadKind =
  | 'main thread'
  | 'workflow threads'
  | 'V8: helpers of garbage collection and compilation'
  | "Temporal's core: gRPC, histories"
  | 'libuv: gzip, files, names'
  | 'the profiler itself'
  | 'other threads';

/** What a thread does, by its name. */
export const threadKind = (name: string): ThreadKind =>
  THREADS.find(([prefix]) => prefix.test(name))?.[1] ?? 'other threads';
