/** Says what each step of a measurement gave, with the seconds since the beginning. */
export function newProgress(): <T>(name: string, work: Promise<T>) => Promise<T> {
  const begin = performance.now();
  return async (name, work) => {
    const result = await work;
    const seconds = ((performance.now() - begin) / 1000).toFixed(0).padStart(4);
    console.log(`${seconds} s  ${name}: ${JSON.stringify(result)}`);
    return result;
  };
}
