import { readEntryText, type Store } from '@cached-llm/core/store';
import type { FixtureStore } from '@cached-llm/testing/fixtures';
import { type Change, changesBetween } from './compare-entries.ts';

/** What was found of one fixture, or of a request that has none. */
export interface Compared {
  /** The name of its file. Absent of a request that nobody has recorded. */
  readonly fixture?: string | undefined;
  readonly provider: string;
  readonly model?: string | undefined;
  readonly changes: readonly Change[];
}

/** Fixtures that are only read: an answer that is to be stored is compared with the one that is recorded. */
export class ComparingStore implements Store {
  readonly isImmediate = true;
  readonly isForAnyAccount = true;
  readonly #fixtures: FixtureStore;
  /** By key. A request that is made again is compared again. */
  readonly #compared = new Map<string, Compared>();

  constructor(fixtures: FixtureStore) {
    this.#fixtures = fixtures;
  }

  /** All that were compared, in the order of their first requests. */
  compared(): readonly Compared[] {
    return [...this.#compared.values()];
  }

  get(key: string): string | undefined {
    return this.#fixtures.get(key);
  }

  getMany(keys: readonly string[]): (string | undefined)[] {
    return this.#fixtures.getMany(keys);
  }

  set(key: string, value: string, ttl?: number): boolean {
    const after = readEntryText(value);
    if (after === undefined) return this.#fixtures.set(key, value, ttl);
    const before = readEntryText(this.#fixtures.get(key) ?? '');
    const { provider, model } = after.header;
    const changes = before === undefined ? [] : changesBetween(before, after);
    const fixture = before && this.#fixtures.nameOf(key);
    this.#compared.set(key, { fixture, provider, model, changes });
    return true;
  }

  delete(key: string): boolean {
    return this.#fixtures.delete(key);
  }

  scan(prefix: string) {
    return this.#fixtures.scan(prefix);
  }
}
