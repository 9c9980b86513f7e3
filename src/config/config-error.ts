/** One thing that is wrong. */
export interface ConfigProblem {
  /** The variable, or the file and the name in it. */
  where: string;
  /** What must hold, or what is wrong. */
  rule: string;
  /** What was given instead; secrets masked. */
  given?: string;
}

/** The configuration is not usable; names everything that is wrong with it at once. */
export class ConfigError extends Error {
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    const lines = problems.map((p) => `  ${p.where}: ${p.rule}${p.given === undefined ? '' : `; given ${p.given}`}`);
    super(
      [`the configuration has ${problems.length === 1 ? 'an error' : `${problems.length} errors`}:`, ...lines].join(
        '\n',
      ),
    );
    this.name = 'ConfigError';
    this.problems = problems;
  }
}
