import { type Channel, channel } from 'node:diagnostics_channel';
import type { CacheEvents, EventName, Listener } from './events.ts';

/** Kept for good: a channel that nobody holds on to loses its subscribers. */
const channels = new Map<EventName, Channel>();

/** The channel of an event: `cached-llm:hit` and so on. Publishes what a listener hears. */
export function channelOf(name: EventName): Channel {
  const known = channels.get(name);
  if (known !== undefined) return known;
  const made = channel(`cached-llm:${name}`);
  channels.set(name, made);
  return made;
}

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

/** What a call came to. */
export type Work = Pick<CacheEvents['stored'], 'provider' | 'model' | 'usage' | 'took'>;

/** Where events are counted, before anybody hears of them. */
export interface EventCounting {
  countCall(work: Work, rejection: string | undefined): void;
  countEvent<Name extends EventName>(name: Name, event: CacheEvents[Name]): void;
}

/** Counts what happens and tells who listens: one place for both, so that they agree. */
export class Reporter {
  readonly emitter = new Emitter();
  readonly #counting: EventCounting;

  constructor(counting: EventCounting) {
    this.#counting = counting;
  }

  /** Counts what a call cost. Who listens is told when it is known whether the answer is kept. */
  spend(work: Work, rejection: string | undefined): void {
    this.#counting.countCall(work, rejection);
  }

  tell<Name extends EventName>(name: Name, event: CacheEvents[Name]): void {
    this.#counting.countEvent(name, event);
    this.emitter.emit(name, event);
  }
}
