/**
 * Loads a module of this project when a command needs it, so that `aso --help` loads none of them.
 * @param path below src/, without extension
 */
export async function loadModule<Module>(path: string): Promise<Module> {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return (await import(new URL(`../${path}.${extension}`, import.meta.url).href)) as Module;
}
