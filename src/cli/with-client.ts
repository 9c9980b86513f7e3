import type { Client } from '@temporalio/client';
import type * as AsoClient from '../client/index.ts';

/** The client layer, as commands get it. */
export type Aso = typeof AsoClient;

/** Connects to Temporal, runs the command and lets go of the connection. */
export async function withClient<T>(command: (client: Client, aso: Aso) => Promise<T>): Promise<T> {
  const aso = await import('../client/index.ts');
  const connection = await aso.connect(process.env);
  try {
    return await command(connection.client, aso);
  } finally {
    await connection.close();
  }
}
