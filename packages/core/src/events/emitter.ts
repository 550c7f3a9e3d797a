import { channelOf } from './channels.ts';
import type { CacheEvents, EventName, Listener } from './events.ts';

const NOBODY: readonly Listener<never>[] = [];

/** Typed events. Costs a look at an empty list and at a channel when nobody listens. */
export class Emitter {
  readonly #listeners = new Map<EventName, readonly Listener<never>[]>();

  /** Returns how to stop listening. */
  on<Name extends EventName>(name: Name, listener: Listener<Name>): () => void {
    const own: Listener<Name> = (event) => listener(event); // told from the same listener's other turns
    this.#listeners.set(name, [...(this.#listeners.get(name) ?? []), own]);
    return () => {
      const others = this.#listeners.get(name)?.filter((other) => other !== own) ?? [];
      this.#listeners.set(name, others);
    };
  }

  emit<Name extends EventName>(name: Name, event: CacheEvents[Name]): void {
    // `on` filed each listener under the name whose events it takes.
    const listeners = (this.#listeners.get(name) ?? NOBODY) as readonly Listener<Name>[];
    for (const listener of listeners) {
      try {
        listener(event);
      } catch (error) {
        // A listener's own mistake is the application's to see; no call fails of it.
        process.emitWarning(String(error)); // a text: an error of another realm is refused
      }
    }
    const channel = channelOf(name);
    if (channel.hasSubscribers) channel.publish(event);
  }
}
