/** The workflows as a worker bundles them. */
export { jobOutput } from './job-output.ts';
export { stageOut } from './stage-out.ts';
export { transferBatch } from './transfer-batch.ts';
export { mendRows } from './mend-rows.ts';
export { sweepSources } from './sweep-sources.ts';
export { operations } from './operations.ts';
export { publishDataset } from './publish-dataset.ts';
