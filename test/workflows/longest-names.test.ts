import { test } from 'vitest';
import { stageOutLongestNames } from '../support/longest-names.ts';
import { useRig } from '../support/use-rig.ts';

const { world, rig } = await useRig();

test(
  'a task and a dataset with the longest names are staged out and published within the limits of PostgreSQL',
  { timeout: 60_000 },
  () => stageOutLongestNames(world, rig),
);
