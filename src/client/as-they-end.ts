/**
 * Calls for each item of a source, so many at a time, and yields what they answer as they end, in any order. A call that takes long holds up
 * no other but for its place. Where one throws, so does this, and the others run on.
 * @param isOver nothing more is begun once it is true; what is under way is waited for
 */
export async function* asTheyEnd<Item, Answer>(
  source: Iterable<Item> | AsyncIterable<Item>,
  atOnce: number,
  call: (item: Item) => Promise<Answer>,
  isOver: () => boolean = () => false,
): AsyncGenerator<Answer, void> {
  const running = new Map<number, Promise<[number, Answer]>>();
  let begun = 0;
  const next = async (): Promise<Answer> => {
    const [which, answer] = await Promise.race(running.values());
    running.delete(which);
    return answer;
  };
  for await (const item of source) {
    if (isOver()) break;
    const which = begun++;
    running.set(
      which,
      call(item).then((answer) => [which, answer]),
    );
    if (running.size >= atOnce) yield await next();
  }
  while (running.size > 0) yield await next();
}
