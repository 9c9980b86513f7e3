import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import proto from '@temporalio/proto';
import { archiveUri } from '../../src/servers/server-config.ts';
import { NOTICED_WITHIN_MS } from '../../src/workers/setup-namespace.ts';

const { ARCHIVAL_STATE_ENABLED } = proto.temporal.api.enums.v1.ArchivalState;

/**
 * Settings of a server that archives and deletes within seconds. As shipped it waits for five minutes before it archives a closed workflow, and deletes one
 * when it next notes how far it has come, every 30 s.
 */
export const ARCHIVES_SOON = {
  'history.archivalProcessorArchiveDelay': '100ms',
  'history.transferProcessorUpdateAckInterval': '1s',
  'history.visibilityProcessorUpdateAckInterval': '1s',
};

/** So soon does a server know for certain that a namespace was changed, milliseconds. */
export const NAMESPACE_KNOWN_MS = NOTICED_WITHIN_MS + 1_000;

/** Histories of workflows that close from now on, or from when the server knows, go into the folder that it was started with. */
export async function archiveInto(folder: string, { workflowService, options: { namespace } }: Client): Promise<void> {
  await workflowService.updateNamespace({
    namespace,
    config: { historyArchivalState: ARCHIVAL_STATE_ENABLED, historyArchivalUri: archiveUri(folder) },
  });
}

/** What lies in an archive. */
export interface Archive {
  runs: number;
  bytes: number;
}

/** Counts what lies in a folder of histories, a file for each run. */
export async function archived(folder: string): Promise<Archive> {
  const names = await readdir(folder).catch(() => []);
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
  return { runs: names.length, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}
