/** What somebody who looks at the monitor, or at its log, is told of an error. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
