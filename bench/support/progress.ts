/**
 * Says what each step of a measurement gave, with the seconds since the beginning.
 * @returns runs a step; `shown`: what of its result is said, default all
 */
export function newProgress(): <T>(name: string, work: Promise<T>, shown?: (result: T) => unknown) => Promise<T> {
  const begin = performance.now();
  return async (name, work, shown = (result) => result) => {
    const result = await work;
    const seconds = ((performance.now() - begin) / 1000).toFixed(0).padStart(4);
    console.log(`${seconds} s  ${name}: ${JSON.stringify(shown(result))}`);
    return result;
  };
}
