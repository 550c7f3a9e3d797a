import type { Facts, StreamWatcher } from './stream-source.ts';

/** A watcher that throws costs the stream its place in the store, and its readers nothing. */
export class GuardedWatcher<Chunk> implements StreamWatcher<Chunk> {
  readonly #watcher: StreamWatcher<Chunk>;
  #isLost = false;

  constructor(watcher: StreamWatcher<Chunk>) {
    this.#watcher = watcher;
  }

  observe(chunk: Chunk): boolean {
    try {
      return this.#watcher.observe(chunk);
    } catch {
      this.#isLost = true; // it has missed a chunk: what it says of the whole counts no more
      return false;
    }
  }

  verdict(): Facts {
    try {
      return this.#isLost ? { rejection: 'unreadable' } : this.#watcher.verdict();
    } catch {
      return { rejection: 'unreadable' };
    }
  }
}
