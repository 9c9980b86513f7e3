import { proxySinks } from '@temporalio/workflow';
import type { PublishBlockRequest, PublishBlockResult } from '../activities/catalog.types.ts';
import type { EventSinks } from '../contract/event-sinks.ts';
import { TASK_MESSAGES, type AddFilesAnswer } from '../contract/messages.ts';
import type { BatchState } from '../domain/batch/batch-state.ts';

/** To the worker process, for metrics and logs. */
const { events } = proxySinks<EventSinks>();

/** Tells what has happened to the files of a batch since it was told last. */
export function tellFileEvents(state: BatchState): void {
  const happened = state.events.take();
  if (happened.length > 0) events.files(happened);
}

/** Tells what became of a block. */
export function tellBlock(request: PublishBlockRequest, { settled, missing }: PublishBlockResult): void {
  const { dataset, block, originSite: site, files } = request;
  const published = settled.filter(({ state }) => state === 'DONE').length;
  const refused = settled.length - published;
  const untouched = published === 0 && refused === 0 ? 'nothing' : 'partial';
  const whole = published > 0 ? 'published' : 'refused';
  events.block({
    ...{ dataset, block, site, published, refused, missing: missing.length },
    outcome: settled.length === files.length ? whole : untouched,
    files: files.length,
    bytes: files.reduce((sum, { size }) => sum + size, 0),
    reason: settled.find(({ state }) => state === 'FAILED')?.reason ?? null,
  });
}

/** Tells what somebody asked of a task and what was done. */
export function tellMessage(message: string, request: unknown, answer: unknown): void {
  if (message === TASK_MESSAGES.addFiles) return events.reported(answer as AddFilesAnswer);
  const { by = null, reason = null } = (request ?? {}) as { by?: string; reason?: string };
  events.asked({ message, by, reason, answer });
}
