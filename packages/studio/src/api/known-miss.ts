import type { LlmCache } from '@cached-llm/core';
import { type NearestEntry, nearestToEntry, type StoredEntry } from '@cached-llm/core/store';
import { HttpProblem } from '../server/index.ts';

/** What is known of a call that was a miss, by its key alone. */
export interface KnownMiss {
  readonly key: string;
  /** What is stored under the key now: most often the answer to this call. */
  readonly state: StoredEntry['state'] | 'absent';
  /** Milliseconds since 1970. */
  readonly storedAt?: number | undefined;
  /** Was the entry stored with `explain`, so that its fields can be compared? */
  readonly isExplained: boolean;
  /** The entry that was stored before and whose request is most like this one. */
  readonly nearest?: NearestEntry | undefined;
  /** How many entries were compared. */
  readonly searched: number;
}

/** The entry whose request is most like this one, among those of its provider and scope that are older. */
async function nearestOlder({ inspection }: LlmCache, entry: StoredEntry) {
  const { provider, scope, storedAt } = entry.header;
  let searched = 0;
  async function* older() {
    for await (const each of inspection.entries({ provider, scope })) {
      if (each.key === entry.key || each.header.storedAt > storedAt) continue;
      searched += 1;
      yield each;
    }
  }
  return { nearest: await nearestToEntry(entry, older()), searched };
}

/** Why the request with a key was a miss, as far as its entry and the others say it. @throws {HttpProblem} without a key */
export async function knownMiss(cache: LlmCache, query: URLSearchParams): Promise<KnownMiss> {
  const key = query.get('key');
  if (key === null || key === '') throw new HttpProblem(400, 'Name the key of the call.');
  const entry = await cache.inspection.entry(key);
  const isExplained = entry?.header.fields !== undefined;
  const found = entry !== undefined && isExplained ? await nearestOlder(cache, entry) : undefined;
  return {
    key,
    state: entry?.state ?? 'absent',
    storedAt: entry?.header.storedAt,
    isExplained,
    ...(found ?? { searched: 0 }),
  };
}
