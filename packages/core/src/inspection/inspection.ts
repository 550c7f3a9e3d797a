import type { Entry } from '../entry/index.ts';
import type { CacheEventEmitter } from '../events/index.ts';
import type { CallIdentity } from '../key/index.ts';
import type { RetagContext, RetagResult, TagChange } from './retag.ts';
import type {
  EntryFilter,
  InspectedRow,
  InspectionContext,
  RestoreResult,
  StoredEntry,
} from './stored-entries.ts';

/** Loaded at the first miss. */
let volatileFields: typeof import('./volatile-fields.ts') | undefined;

/**
 * Looks for a field that makes each request to a model a miss. Nobody waits for that. It fails where the package was replaced
 * under the process, or where a getter of the request throws, and this costs a hint only.
 */
export function examineMiss(events: CacheEventEmitter, identity: CallIdentity): void {
  if (volatileFields?.isExamined(events, identity) === false) return;
  const examine = async () => {
    volatileFields = await import('./volatile-fields.ts');
    volatileFields.findVolatileField(events, identity);
  };
  examine().catch(() => {});
}

/** No call needs what reads and restores entries, so it is loaded at the first look. */
const load = () => import('./stored-entries.ts');

/**
 * Shows what the store holds. It asks no provider, and it counts as no request. A failure of the store rejects,
 * which it never does for a call.
 */
export class Inspection {
  readonly #context: InspectionContext & RetagContext;

  constructor(context: InspectionContext & RetagContext) {
    this.#context = context;
  }

  /** The entries that match, in the order of the store. A store may list an entry twice while others write. */
  async *entries(filter: EntryFilter = {}): AsyncGenerator<StoredEntry, void, undefined> {
    const { checkFilter, matches } = await load();
    checkFilter(filter);
    for await (const { entry } of this.rows()) {
      if (entry !== undefined && matches(filter, entry, this.#context.now())) yield entry;
    }
  }

  /** The rows of all entries, and the rows under such a key from which no entry can be read. */
  async *rows(): AsyncGenerator<InspectedRow, void, undefined> {
    const { inspectRows } = await load();
    yield* inspectRows(this.#context);
  }

  /** The entry under a key, whatever its state. */
  async entry(key: string): Promise<StoredEntry | undefined> {
    const { inspectRow } = await load();
    return (await inspectRow(this.#context, key))?.entry;
  }

  /** Why nothing can be read under a key. Undefined where the store does not know. */
  whyAbsent(key: string): string | undefined {
    return this.#context.store.whyAbsent?.(key);
  }

  /** Removes a row, whether it can be read or not. Resolves to false where the store did not do it. */
  remove(key: string): Promise<boolean> {
    return this.#context.entries.remove(key);
  }

  /** Stores an entry that came from here or from another store, until the instant at which it would have ended there. */
  async restore(entry: Entry): Promise<RestoreResult> {
    const { restoreEntry } = await load();
    return restoreEntry(this.#context, entry);
  }

  /**
   * Changes the tags of the entry under a key, in one step: a newer answer stays, and an entry that was invalidated is not
   * valid again. See {@link RetagResult} for why nothing was changed.
   *
   * @throws {LlmCacheError} `INVALID_OPTION` for tags that are no texts, and for a name that is neither `add` nor `remove`
   */
  async retag(key: string, change: TagChange): Promise<RetagResult> {
    const { retagEntry } = await load();
    return retagEntry(this.#context, key, change);
  }
}
