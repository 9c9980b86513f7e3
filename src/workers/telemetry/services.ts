import type { RequestObserver, RequestReport } from '../../adapters/request-report.ts';
import { FAILURE_TYPES, type FailureType } from '../../contract/failure-types.ts';
import type { Metrics } from './metrics.ts';

/** Is told what the adapters see of services. */
export interface ServiceWatch {
  onRequest?: RequestObserver;
  /** An FTS server is down, or back. */
  onCircuit?: (server: string, isOpen: boolean) => void;
}

const SERVICE_OF: Partial<Record<FailureType, string>> = {
  [FAILURE_TYPES.ftsUnavailable]: 'fts',
  [FAILURE_TYPES.catalogUnavailable]: 'dbs',
  [FAILURE_TYPES.crabUnavailable]: 'crab',
  [FAILURE_TYPES.storageUnavailable]: 'storage',
};

/** Resources of each service that we ask, as the last parts of paths. */
const RESOURCES: Record<string, readonly string[]> = {
  dbs: ['files', 'fileArray', 'datasets', 'outputconfigs', 'bulkblocks'],
  crab: ['filemetadata', 'filetransfers', 'fileusertransfers', 'task'],
};

/** What FTS is asked, by method and path; its base may have a path of its own. */
const FTS_OPERATIONS: [method: RegExp, path: RegExp, operation: string][] = [
  [/./, /\/delegation\//, 'delegate'],
  [/GET/, /\/whoami$/, 'whoami'],
  [/POST/, /\/jobs$/, 'submit'],
  [/GET/, /\/jobs\//, 'look'],
  [/DELETE/, /\/jobs\//, 'cancel'],
  [/GET/, /\/archive\//, 'archive'],
];

/** Counts requests by service, operation and outcome, and shows which FTS servers are down. */
export function watchServices(metrics: Metrics): Required<ServiceWatch> {
  return {
    onRequest(report) {
      const service = SERVICE_OF[report.failure] ?? 'other';
      const operation = operationOf(service, report);
      metrics.add('aso_requests_total', 1, { service, operation, outcome: report.outcome });
      metrics.record('aso_request_seconds', report.seconds, { service, operation });
    },
    onCircuit(url, isOpen) {
      metrics.set('aso_fts_circuit_open', Number(isOpen), { server: new URL(url).host });
    },
  };
}

/** What was asked, in a few words known beforehand: paths hold names of files and people. */
export function operationOf(service: string, { method, url }: Pick<RequestReport, 'method' | 'url'>): string {
  if (service === 'storage') return method;
  if (service === 'fts')
    return FTS_OPERATIONS.find(([verb, path]) => verb.test(method) && path.test(url.pathname))?.[2] ?? 'other';
  const resource = RESOURCES[service]?.find((name) => url.pathname.endsWith(`/${name}`));
  return resource ?? 'other';
}
