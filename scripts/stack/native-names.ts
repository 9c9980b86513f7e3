import { join } from 'node:path';
import { ROOT, type Service } from './compose-file.ts';

const HOST = '127.0.0.1';

/** One container of a service: the first has the service's own ports, as far as others ask for them. */
export interface Instance {
  service: string;
  number: number;
}

/**
 * What the names of a deployment in containers are on this machine: each port of each container is a free one of loopback, each folder
 * mounted is where it lies here.
 */
export class NativeNames {
  readonly #services: Readonly<Record<string, Service>>;
  readonly #volumes: string;
  readonly #freePorts: number[];
  readonly #ports = new Map<string, number>();

  /** @param volumes folder of the named volumes @param freePorts taken in order */
  constructor(services: Readonly<Record<string, Service>>, volumes: string, freePorts: readonly number[]) {
    this.#services = services;
    this.#volumes = volumes;
    this.#freePorts = [...freePorts];
  }

  /** Says where a service is that was started otherwise. */
  place(service: string, port: number, native: number): void {
    this.#ports.set(`${service}:${port}#1`, native);
  }

  /** Port here of a container's port. */
  portOf({ service, number }: Instance, port: number): number {
    const name = `${service}:${port}#${number}`;
    const native = this.#ports.get(name) ?? this.#freePorts.shift();
    if (native === undefined) throw new Error('more ports than expected');
    this.#ports.set(name, native);
    return native;
  }

  /** Arguments of a command, as they are here. */
  args(instance: Instance, args: readonly string[]): string[] {
    return args.map((arg, at) => {
      const port = /^--port=(\d+)$/.exec(arg)?.[1] ?? (args[at - 1] === '--port' ? arg : undefined);
      return port === undefined ? this.text(instance, arg) : arg.replace(port, String(this.portOf(instance, Number(port)))); // prettier-ignore
    });
  }

  /** A text in which a container names itself, other services or its folders. */
  text(instance: Instance, text: string): string {
    const own = text
      .replaceAll(
        /\b(?:0\.0\.0\.0|127\.0\.0\.1):(\d+)/g,
        (_, port: string) => `${HOST}:${this.portOf(instance, Number(port))}`,
      )
      .replaceAll('0.0.0.0', HOST);
    const names = Object.keys(this.#services).join('|');
    const others = own.replaceAll(
      new RegExp(`(?<![\\w.-])(${names}):(\\d{2,5})\\b`, 'g'),
      (_, service: string, port: string) => `${HOST}:${this.portOf({ service, number: 1 }, Number(port))}`,
    );
    return this.#mounts(instance.service).reduce(
      (done, [path, here]) => done.replaceAll(new RegExp(`(?<![\\w./-])${path}(?![\\w.-])`, 'g'), here),
      others,
    );
  }

  /** Where the folders mounted into a service lie here, the longest path first. */
  #mounts(service: string): [path: string, here: string][] {
    const mounts = (this.#services[service]?.volumes ?? []).map((volume): [string, string] => {
      const [from = '', path = ''] = volume.split(':');
      if (from.startsWith('/')) return [path, from];
      return [path, from.startsWith('.') ? join(ROOT, from) : join(this.#volumes, from)];
    });
    return mounts.sort(([one], [other]) => other.length - one.length);
  }
}
