import type { LlmCache } from '@cached-llm/core';
import type { FixtureStore } from './fixture-store.ts';

/** What a runner says of a test in its `afterEach`: `task` is of Vitest, `passed` of `node:test`. Jest passes nothing. */
export interface EndedTest {
  readonly task?: { readonly result?: { readonly state?: unknown } | undefined } | undefined;
  readonly passed?: unknown;
}

/** The state of jest-circus, the runner of Jest, as far as it is used. */
interface CircusState {
  readonly currentlyRunningTest?: { readonly errors?: readonly unknown[] } | null;
}

/** jest-circus has its state on the global object, under a symbol that only its description names. */
function circusState(): CircusState | undefined {
  const symbols = Object.getOwnPropertySymbols(globalThis);
  const symbol = symbols.find(({ description }) => description === 'JEST_STATE_SYMBOL');
  return symbol === undefined ? undefined : Reflect.get(globalThis, symbol);
}

/** Did the test fail, as far as its runner knows before its `afterEach`? A failed try of a test that is retried is one, too. */
export function hasFailed({ task, passed }: EndedTest): boolean {
  if (task !== undefined) return task.result?.state === 'fail';
  if (passed !== undefined) return passed === false;
  const errors = circusState()?.currentlyRunningTest?.errors ?? [];
  return errors.length > 0;
}

/** The events of a request, which come while its test runs. An answer may be stored later. */
const GIVEN = ['hit', 'stale', 'collapsed', 'miss'] as const;

/** The answers that the calls of one test got. */
export class GivenAnswers {
  readonly #keys = new Set<string>();
  readonly #cache: LlmCache;
  readonly #store: FixtureStore;

  constructor(cache: LlmCache, store: FixtureStore) {
    this.#cache = cache;
    this.#store = store;
    for (const name of GIVEN) cache.on(name, ({ key }) => this.#keys.add(key));
  }

  /** Ends the test. The fixtures that it was given are removed where it failed: then they are recorded anew. */
  end(test: EndedTest): void {
    if (hasFailed(test)) for (const key of this.#keys) this.#evict(key);
    this.#keys.clear();
  }

  #evict(key: string): void {
    this.#cache.pipeline.flights.detachKey(key); // an answer that is not stored yet will not be
    this.#store.delete(key);
  }
}
