import type { Command } from 'commander';
import { untilSignal } from '../interrupt.ts';
import { say } from '../terminal.ts';

/** `aso codec-server` */
export function addCodecServer(program: Command): void {
  program
    .command('codec-server')
    .summary("let Temporal's UI show payloads")
    .description(
      "Serves Temporal's remote codec protocol, so that its UI and CLI show payloads that are compressed or encrypted.\n" +
        'Settings: codecServer.* and payloadKeys. It ends on SIGTERM or SIGINT.',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  aso codec-server\n  ASO_CODEC_SERVER_TOKEN_FILE=/etc/aso/codec-token ASO_CODEC_SERVER_LISTEN=0.0.0.0:8081 aso codec-server',
    )
    .action(async () => {
      const { loadConfig, loadTemporalConfig } = await import('../../config/index.ts');
      const { createLog } = await import('../../workers/logging.ts');
      const { serveCodec } = await import('../../codec-server/serve.ts');
      const config = loadConfig(process.env);
      const { namespace } = loadTemporalConfig(process.env);
      const log = createLog(config);
      const server = await serveCodec(config, { namespace, log: (request) => log.info(request, 'codec') });
      // Before it says that it is there: whoever reads that may end it at once.
      const ended = untilSignal();
      say(`codec server: ${server.url} (namespace ${namespace})`);
      await ended;
      await server.close();
    });
}
