import { afterAll } from 'vitest';
import { startRig, type Rig, type RigOptions } from './rig.ts';
import { startWorld, type World } from './world.ts';

/**
 * A world, a Temporal server and workers for all tests of a file, ended after the last of them:
 * `const { world, rig } = await useRig({ policy: { blockTimeout: 1 } });` at the top of the file.
 * @param world what the world is started with
 */
export async function useRig(
  options: RigOptions = {},
  ...world: Parameters<typeof startWorld>
): Promise<{ world: World; rig: Rig }> {
  const started = await startWorld(...world);
  afterAll(() => started.close());
  const rig = await startRig(started, options);
  // Hooks of afterAll run in the order of last come, first served: the world ends behind the rig.
  afterAll(() => rig.close());
  return { world: started, rig };
}
