import { AsyncLocalStorage } from 'node:async_hooks';

export interface CoalescerOptions<Group, Value> {
  /** How long a question waits for company, milliseconds, unless it may wait longer. */
  delayMs: number;
  /** Keys in one request; a full chunk leaves at once. */
  maxKeys: number;
  /** Questions of the same group name share requests. */
  groupName: (group: Group) => string;
  /**
   * Answers many keys at once. An Error as a key's value fails only the questions for that key; throwing fails only the
   * questions of this chunk.
   */
  ask: (group: Group, keys: string[]) => Promise<Map<string, Value | Error>>;
}

interface Chunk<Group, Value> {
  group: Group;
  timer: NodeJS.Timeout;
  /** When it leaves at the latest, milliseconds of `performance.now()`. */
  leavesAt: number;
  questions: Map<string, PromiseWithResolvers<Value>>;
  /** Calls as whoever asked first: what all of them wait for is as old as that. */
  asFirst: <R>(call: () => R) => R;
}

/** Collects single questions asked within a short time into few requests. The same key asked twice is asked once. */
export class Coalescer<Group, Value> {
  readonly #options: CoalescerOptions<Group, Value>;
  /** Chunks that still wait, by group name. */
  readonly #waiting = new Map<string, Chunk<Group, Value>>();

  constructor(options: CoalescerOptions<Group, Value>) {
    this.#options = options;
  }

  /**
   * The value of a key. Rejects with the key's own error, the chunk's error, or an Error where the answer lacks the key.
   * @param waitMs how long this question may wait for company; a chunk leaves when its least patient one has to
   */
  get(group: Group, key: string, waitMs = 0): Promise<Value> {
    const name = this.#options.groupName(group);
    const chunk = this.#open(name, group, Math.max(waitMs, this.#options.delayMs));
    const asked = chunk.questions.get(key);
    if (asked) return asked.promise;

    const question = Promise.withResolvers<Value>();
    chunk.questions.set(key, question);
    if (chunk.questions.size >= this.#options.maxKeys) this.#send(name, chunk);
    return question.promise;
  }

  /** The chunk that waits for this group, or a new one; it leaves within `delayMs`. */
  #open(name: string, group: Group, delayMs: number): Chunk<Group, Value> {
    const leavesAt = performance.now() + delayMs;
    const waiting = this.#waiting.get(name);
    if (waiting && waiting.leavesAt <= leavesAt) return waiting;
    clearTimeout(waiting?.timer);
    const questions = waiting?.questions ?? new Map<string, PromiseWithResolvers<Value>>();
    const timer = setTimeout(() => this.#send(name, chunk), delayMs);
    const asFirst = waiting?.asFirst ?? AsyncLocalStorage.snapshot();
    const chunk: Chunk<Group, Value> = { group, timer, leavesAt, questions, asFirst };
    this.#waiting.set(name, chunk);
    return chunk;
  }

  #send(name: string, chunk: Chunk<Group, Value>): void {
    clearTimeout(chunk.timer);
    this.#waiting.delete(name);
    chunk
      .asFirst(() => this.#answer(chunk))
      .catch((error: unknown) => {
        for (const question of chunk.questions.values()) question.reject(error);
      });
  }

  async #answer({ group, questions }: Chunk<Group, Value>): Promise<void> {
    const answers = await this.#options.ask(group, [...questions.keys()]);
    for (const [key, question] of questions) {
      const answer = answers.get(key);
      if (answer instanceof Error) question.reject(answer);
      else if (answers.has(key)) question.resolve(answer as Value);
      else question.reject(new Error(`the answer lacks ${key}`));
    }
  }
}
