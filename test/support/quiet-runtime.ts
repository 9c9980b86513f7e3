import { DefaultLogger, Runtime } from '@temporalio/worker';

/** Imported for its effect: workers of this process log errors only, and the SDK's core nothing. */
Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { forward: {}, filter: 'OFF' } } });
