/**
 * An error's message with those of what caused it: Temporal's client says what it tried ("Failed to list workflows"), the cause why it
 * failed, with gRPC's code and details.
 */
export function explain(error: unknown): string {
  const messages: string[] = [];
  for (let at = error; at !== undefined && at !== null; at = (at as Error).cause) {
    const message = at instanceof Error ? at.message : JSON.stringify(at);
    if (!messages.at(-1)?.includes(message)) messages.push(message);
  }
  return messages.join(': ');
}
