import { PublisherRun, type PublisherTies } from './publisher-run.ts';
import type { ModelTaskWorld } from './task-world.ts';
import type { BatchNeighbours } from '../../test/domain/model/batch-actor.ts';
import type { Universe } from './universe.ts';

/** The publishers of a task, one for each dataset that something has been handed over for. */
export class TaskPublishers {
  readonly #universe: Universe;
  readonly #world: ModelTaskWorld;
  readonly #ties: PublisherTies;
  readonly #publishers = new Map<string, PublisherRun>();

  constructor(universe: Universe, world: ModelTaskWorld, ties: PublisherTies) {
    this.#universe = universe;
    this.#world = world;
    this.#ties = ties;
  }

  /** Takes files of a batch, each to the publisher of its dataset. */
  handOver(files: Parameters<BatchNeighbours['handOver']>[0], batch: number): void {
    const byDataset = Map.groupBy(files, ({ record }) => record.dataset ?? '');
    for (const [dataset, some] of byDataset) {
      const handed = some.map(({ key, record: { destinationLfn: lfn, size, adler32, destination: site } }) => ({
        ...{ key, batch, lfn, size, adler32, site },
      }));
      this.#of(dataset).accept({ kind: 'add', files: handed });
    }
  }

  /** @returns whether there is one that could hear it */
  tell(dataset: string, order: Parameters<PublisherRun['accept']>[0]): boolean {
    const publisher = this.#publishers.get(dataset);
    publisher?.accept(order);
    return publisher !== undefined;
  }

  #of(dataset: string): PublisherRun {
    let publisher = this.#publishers.get(dataset);
    if (!publisher) {
      publisher = new PublisherRun(this.#universe, this.#world, this.#ties);
      this.#publishers.set(dataset, publisher);
    }
    return publisher;
  }
}
