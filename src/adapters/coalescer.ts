export interface CoalescerOptions<Group, Value> {
  /** How long the first question of a group waits for company, milliseconds. */
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
  questions: Map<string, PromiseWithResolvers<Value>>;
}

/** Collects single questions asked within a short time into few requests. The same key asked twice is asked once. */
export class Coalescer<Group, Value> {
  readonly #options: CoalescerOptions<Group, Value>;
  /** Chunks that still wait, by group name. */
  readonly #waiting = new Map<string, Chunk<Group, Value>>();

  constructor(options: CoalescerOptions<Group, Value>) {
    this.#options = options;
  }

  /** The value of a key. Rejects with the key's own error, the chunk's error, or an Error where the answer lacks the key. */
  get(group: Group, key: string): Promise<Value> {
    const name = this.#options.groupName(group);
    const chunk = this.#waiting.get(name) ?? this.#open(name, group);
    const asked = chunk.questions.get(key);
    if (asked) return asked.promise;

    const question = Promise.withResolvers<Value>();
    chunk.questions.set(key, question);
    if (chunk.questions.size >= this.#options.maxKeys) this.#send(name, chunk);
    return question.promise;
  }

  #open(name: string, group: Group): Chunk<Group, Value> {
    const timer = setTimeout(() => this.#send(name, chunk), this.#options.delayMs);
    const chunk: Chunk<Group, Value> = { group, timer, questions: new Map() };
    this.#waiting.set(name, chunk);
    return chunk;
  }

  #send(name: string, chunk: Chunk<Group, Value>): void {
    clearTimeout(chunk.timer);
    this.#waiting.delete(name);
    this.#answer(chunk).catch((error: unknown) => {
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
