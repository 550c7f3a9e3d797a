import type { ServerResponse } from 'node:http';
import type { LlmCache } from '@cached-llm/core';
import { CallFacts, type Facts, type ProxiedCall } from './call-facts.ts';

/** What is known of a call while it is served. Whoever finds out more writes it down. */
export interface CallNotes {
  route: string | undefined;
  /** As in {@link ProxiedCall}. */
  outcome: string;
  /** The key of its answer in the cache. */
  key: string | undefined;
  model: string | undefined;
}

export type CallListener = (call: ProxiedCall) => void;

/** Tells listeners of each call, when it has ended. Without a listener nothing is observed. */
export class CallObserver {
  readonly #cache: LlmCache;
  readonly #listeners: CallListener[] = [];
  #facts: CallFacts | undefined;

  constructor(cache: LlmCache) {
    this.#cache = cache;
  }

  /** Tells this listener, too, from the next call on. What it throws becomes a warning, and no call fails. */
  add(listener: CallListener): void {
    this.#listeners.push(listener);
    this.#facts ??= new CallFacts(this.#cache);
  }

  stop(): void {
    this.#facts?.stop();
  }

  /** Watches a response. A call of which nothing else is noted was refused. */
  watch(response: ServerResponse): CallNotes {
    const notes: CallNotes = {
      route: undefined,
      outcome: 'refused',
      key: undefined,
      model: undefined,
    };
    const facts = this.#facts;
    if (facts === undefined) return notes;
    const startedAt = performance.now();
    response.once('close', async () => {
      const ms = performance.now() - startedAt;
      const status = response.headersSent ? response.statusCode : 0;
      const { key, ...said } = notes;
      const known = key === undefined ? UNKNOWN : await factsOf(facts, notes, key);
      this.#tell({ ...said, ...known, status, ms });
    });
    return notes;
  }

  #tell(call: ProxiedCall): void {
    for (const listener of this.#listeners) {
      try {
        listener(call);
      } catch (error) {
        process.emitWarning(`A listener of the proxy threw an error: ${String(error)}`);
      }
    }
  }
}

const UNKNOWN: Facts = { tokens: undefined, saved: undefined };

const factsOf = (facts: CallFacts, { outcome }: CallNotes, key: string) =>
  outcome === 'miss' ? facts.ofMiss(key) : facts.of(key);
