/** Something may have changed in an FTS job of ours. What it is, only a look at FTS tells. */
export interface FtsEvent {
  task: string;
  /** Number of the batch within its task. */
  batch: number;
}

/** What FTS tells by itself: a hint to look earlier than one would, never the truth. Events are lost, repeated, late and out of order. */
export interface FtsEvents {
  /** Listens until it is closed, however often the source goes away meanwhile. `heard` must not throw. */
  listen(heard: (event: FtsEvent) => void): { close(): Promise<void> };
}
