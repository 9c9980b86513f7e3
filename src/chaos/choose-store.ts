import { findServerPrograms } from '../servers/find-programs.ts';

/** Where Temporal may keep what it knows; in memory it would forget by design. */
export const CHAOS_STORES = ['postgresql', 'file'] as const;
export type ChaosStore = (typeof CHAOS_STORES)[number];

/** A store, and why it is this one, in words. */
export interface ChosenStore {
  store: ChaosStore;
  why: string;
}

/** The store that was asked for, else PostgreSQL, which is struck, too, where its programs and Temporal's full server are found; else the dev server's file. */
export function chooseStore(asked: ChaosStore | undefined, env: NodeJS.ProcessEnv = process.env): ChosenStore {
  if (asked) return { store: asked, why: 'as --store says' };
  try {
    const { postgresql } = findServerPrograms(env);
    return { store: 'postgresql', why: `its programs are in ${postgresql}` };
  } catch (error) {
    return { store: 'file', why: (error as Error).message };
  }
}
