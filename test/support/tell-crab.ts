/**
 * A process that tells CRAB one word, as an activity of a worker would, and prints what came of it. Arguments: CRAB's REST, the word as JSON, and
 * how long it waits for company, milliseconds.
 */
import { asAttempt } from '../../src/adapters/attempt.ts';
import { createCrabAdapter } from '../../src/adapters/crab/crab-adapter.ts';
import { createAnonymousDispatchers } from '../../src/adapters/credentials/dispatchers.ts';
import type { CrabWord } from '../../src/domain/crab-word.ts';

const [url = '', word = '', companyMs = ''] = process.argv.slice(2);
const dispatchers = createAnonymousDispatchers();
const crab = createCrabAdapter({ url, dispatchers, worker: 'aso', companyMs: Number(companyMs) });
const telling = asAttempt(() => crab.tellRows([JSON.parse(word) as CrabWord]));
console.log('asked');
console.log(await telling.then(() => 'told', (error: unknown) => `failed: ${String(error)}`)); // prettier-ignore
await dispatchers.close();
