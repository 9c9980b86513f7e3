import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT, type Service } from './compose-file.ts';
import type { Instance, NativeNames } from './native-names.ts';
import type { Launch } from './native-service.ts';

const INSTANCE: Instance = { service: 'prometheus', number: 1 };

/**
 * Prometheus with the configuration of the deployment, which names services: here it is written anew with their addresses.
 * @param workers how many there are: containers are found by DNS
 */
export async function prometheusLaunch(
  service: Service,
  names: NativeNames,
  folder: string,
  workers: number,
): Promise<Launch> {
  const given = readFileSync(join(ROOT, 'deploy/prometheus/prometheus.yml'), 'utf8');
  // Before addresses of here are in it, which would be taken for its own.
  const found = names
    .text(INSTANCE, given)
    .replace(/dns_sd_configs:\n\s+- names: \[worker\]\n\s+type: A\n\s+port: (\d+)/, (_, port: string) => {
      const targets = Array.from(
        { length: workers },
        (_, at) => `127.0.0.1:${names.portOf({ service: 'worker', number: at + 1 }, Number(port))}`,
      );
      return `static_configs:\n      - targets: [${targets.join(', ')}]`;
    });
  const config = join(folder, 'prometheus.yml');
  // Whoever looks at it for a minute need not wait for a quarter of it.
  await writeFile(config, found.replace(/scrape_interval: \d+s/, 'scrape_interval: 1s'));
  const args = (service.command ?? []).map((arg) =>
    arg.startsWith('--config.file=') ? `--config.file=${config}` : names.text(INSTANCE, arg),
  );
  const listen = `--web.listen-address=${names.text(INSTANCE, '127.0.0.1:9090')}`;
  return { program: 'prometheus', args: [...args, listen], env: { PATH: process.env['PATH'], HOME: folder } };
}
