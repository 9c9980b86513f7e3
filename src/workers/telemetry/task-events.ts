import type { InjectedSinks } from '@temporalio/worker';
import type { Logger } from 'pino';
import { shortText } from '../../adapters/short-text.ts';
import type { BlockEvent, EventSinks, MessageEvent } from '../../contract/event-sinks.ts';
import type { AddFilesAnswer } from '../../contract/messages.ts';
import type { FileEvent, FileEventName } from '../../domain/batch/file-events.ts';
import type { Metrics } from './metrics.ts';
import type { SiteLabels } from './site-labels.ts';
import { correlation } from './correlation.ts';

export interface TaskEventsOptions {
  metrics: Metrics;
  sites: SiteLabels;
  log: Pick<Logger, 'info' | 'warn'>;
}

/** Where a sink was called from, as the SDK says. */
export interface CalledFrom {
  workflowId: string;
  workflowType: string;
  historyLength: number;
  historySize: number;
}

/** States as the counter of files has them. */
const STATE_OF: Partial<Record<FileEventName, string>> = {
  submitted: 'SUBMITTED',
  held: 'HELD',
  retry: 'RETRY',
  done: 'DONE',
  failed: 'FAILED',
  killed: 'KILLED',
};

const STAGE_OF: Partial<Record<FileEventName, string>> = {
  submitted: 'reported_submitted',
  done: 'submitted_done',
  published: 'done_published',
  cleaned: 'done_cleaned',
};

/** What an operator may have to look at. */
const WARNINGS = new Set<FileEventName>(['held', 'failed', 'unpublished', 'uncleaned']);

/** Reasons may be pages long and hold anything; all of it stays in the batch. */
const REASON_MAX = 500;
const REJECTED_SHOWN = 20;

/** Turns what workflows tell into metrics and one line of the log per event. */
export function taskEvents({ metrics, sites, log }: TaskEventsOptions): InjectedSinks<EventSinks> {
  const noteHistory = ({ workflowType: workflow, historyLength, historySize }: CalledFrom): void => {
    metrics.record('aso_history_events', historyLength, { workflow });
    metrics.record('aso_history_bytes', historySize, { workflow });
  };

  function fileEvent(from: CalledFrom, event: FileEvent): void {
    countFiles(metrics, sites, event);
    const { event: name, ftsJob, class: failure, code, source, destination, type } = event;
    const reason = event.reason === null ? null : shortText(event.reason, REASON_MAX);
    const files = event.files.map(({ id }) => id);
    log[WARNINGS.has(name) ? 'warn' : 'info'](
      {
        ...{ event: name, ...correlation(from.workflowId), ...(ftsJob && { ftsJob }), source, destination, type },
        ...(failure && { class: failure, code }),
        ...(reason && { reason }),
        files,
      },
      `${files.length} ${files.length === 1 ? 'file' : 'files'} ${name} ${source} -> ${destination}`,
    );
  }

  function block(from: CalledFrom, event: BlockEvent): void {
    const { outcome, reason, files, ...rest } = event;
    metrics.add('aso_blocks_total', 1, { outcome });
    const known = { ...correlation(from.workflowId), ...rest, outcome, count: files };
    const said = reason === null ? {} : { reason: shortText(reason, REASON_MAX) };
    log[outcome === 'published' && event.refused === 0 ? 'info' : 'warn'](
      { event: 'block', ...known, ...said },
      `block of ${files} files ${outcome}`,
    );
  }

  function reported(from: CalledFrom, { rejected, ...counts }: AddFilesAnswer): void {
    for (const [outcome, files] of Object.entries(counts)) metrics.add('aso_files_reported_total', files, { outcome });
    metrics.add('aso_files_reported_total', rejected.length, { outcome: 'rejected' });
    for (const { rule } of rejected) metrics.add('aso_files_rejected_total', 1, { rule });
    const known = { event: 'reported', ...correlation(from.workflowId), ...counts, rejected: rejected.length };
    if (rejected.length === 0) return log.info(known, 'files reported');
    // Ids of what breaks a rule may be anything.
    const shown = rejected.slice(0, REJECTED_SHOWN);
    const examples = shown.map(({ jobId, id, rule }) => ({ job: shortText(jobId, 60), file: shortText(id, 60), rule }));
    log.warn({ ...known, examples }, 'files reported, some rejected');
  }

  function asked(from: CalledFrom, { message, by, reason, answer }: MessageEvent): void {
    metrics.add('aso_messages_total', 1, { message });
    const who = { ...(by !== null && { by: shortText(String(by), 100) }) };
    const why = { ...(reason !== null && { reason: shortText(String(reason), REASON_MAX) }) };
    log.info({ event: 'asked', ...correlation(from.workflowId), message, ...who, ...why, answer }, `${message} asked`);
  }

  return {
    events: {
      files: {
        fn(from, events) {
          noteHistory(from);
          for (const event of events) fileEvent(from, event);
        },
      },
      block: {
        fn(from, event) {
          noteHistory(from);
          block(from, event);
        },
      },
      reported: {
        fn(from, answer) {
          noteHistory(from);
          reported(from, answer);
        },
      },
      asked: { fn: asked },
    },
  };
}

function countFiles(metrics: Metrics, sites: SiteLabels, event: FileEvent): void {
  const { event: name, files, class: failure, deadlineUsed } = event;
  const link = sites.link(event.source, event.destination);
  const { destination } = link;
  const [state, stage] = [STATE_OF[name], STAGE_OF[name]];
  if (state) metrics.add('aso_files_total', files.length, { state, ...link });
  if (name === 'done') metrics.add('aso_bytes_total', sum(files.map(({ bytes }) => bytes)), link);
  if (failure && (name === 'retry' || name === 'failed'))
    metrics.add('aso_failures_total', files.length, { class: failure, ...link });
  if (deadlineUsed !== null) metrics.record('aso_deadline_used_share', deadlineUsed, { destination });
  if (name === 'published' || name === 'unpublished') {
    const publication = name === 'published' ? 'DONE' : 'FAILED';
    metrics.add('aso_publications_total', files.length, { state: publication, destination });
  }
  if (name === 'cleaned' || name === 'uncleaned') {
    const outcome = name === 'cleaned' ? 'removed' : 'uncleaned';
    metrics.add('aso_sources_total', files.length, { outcome, source: link.source });
  }
  if (stage)
    for (const { seconds } of files)
      if (seconds !== null) metrics.record('aso_stage_seconds', seconds, { stage, destination });
}

const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0);
