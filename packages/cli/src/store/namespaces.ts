import { createLlmCache, type LlmCache } from '@cached-llm/core';
import { namespaceOfKey, pause, type Store, visibleText } from '@cached-llm/core/store';
import type { Session } from '../command-line/index.ts';
import { formatQuantity, withProgress } from '../terminal/index.ts';
import { cacheOptions, namespaceOf, type OpenedCache } from './open.ts';

/** What one namespace holds. */
export interface NamespaceSize {
  readonly namespace: string;
  readonly entries: number;
  /** Characters of the rows. */
  readonly bytes: number;
}

/** Every namespace with entries, the largest first. It reads every row of the store. */
export async function namespacesIn(
  store: Store,
  signal?: AbortSignal,
): Promise<readonly NamespaceSize[]> {
  const sizes = new Map<string, NamespaceSize>();
  for await (const { key, value } of store.scan?.('') ?? []) {
    if (signal?.aborted) break;
    const namespace = namespaceOfKey(key);
    if (namespace === undefined) continue;
    const { entries, bytes } = sizes.get(namespace) ?? { entries: 0, bytes: 0 };
    sizes.set(namespace, { namespace, entries: entries + 1, bytes: bytes + value.length });
  }
  return [...sizes.values()].sort(
    (one, other) => other.entries - one.entries || (one.namespace < other.namespace ? -1 : 1),
  );
}

/** Milliseconds for a hint that nobody asked for. */
const HINT_TIMEOUT = 2_000;
const MOST_NAMED = 5;

export interface OtherNamespaces {
  readonly others: readonly NamespaceSize[];
  /** `Others here: demo (7 entries), shop (1 entry).` Empty where there is none. */
  readonly text: string;
}

/** The namespaces beside the one of the session that have entries, as far as they are found in a short time. */
export async function otherNamespaces(session: Session, store: Store): Promise<OtherNamespaces> {
  const isLate = new AbortController();
  void pause(HINT_TIMEOUT, { ref: false }).then(() => isLate.abort());
  const own = namespaceOf(session);
  const found = await namespacesIn(store, isLate.signal);
  const others = found.filter(({ namespace }) => namespace !== own);
  const least = isLate.signal.aborted ? 'at least ' : '';
  const named = others.slice(0, MOST_NAMED).map(({ namespace, entries }) => {
    return `${namespace} (${least}${formatQuantity(entries, 'entry', 'entries')})`;
  });
  const more = others.length > MOST_NAMED ? `, and ${others.length - MOST_NAMED} more` : '';
  return { others, text: others.length === 0 ? '' : `Others here: ${named.join(', ')}${more}.` };
}

/** Says that the namespace of the session has no entries, and which ones have. */
export async function noEntriesText(session: Session, store: Store): Promise<string> {
  const { others, text } = await otherNamespaces(session, store);
  const none = `No entries in namespace ${namespaceOf(session)}.`;
  return others.length === 0 ? none : `${none} ${text}`;
}

/** Has the namespace any entry, in whichever state? */
export async function hasEntries(cache: LlmCache): Promise<boolean> {
  for await (const _row of cache.inspection.rows()) return true;
  return false;
}

/** Says on stderr that the namespace of the session has no entries, where others have some. */
export async function hintAtOthers(session: Session, { cache, store }: OpenedCache): Promise<void> {
  if (await hasEntries(cache)) return;
  const { others } = await otherNamespaces(session, store);
  if (others.length === 0) return;
  session.host.stderr.write(`${visibleText(await noEntriesText(session, store))}\n`);
}

/** A cache over the opened store for each namespace with entries. The caches end with the store, which its own cache closes. */
export async function* eachNamespace(
  session: Session,
  { store }: OpenedCache,
): AsyncGenerator<NamespaceSize & { readonly cache: LlmCache }, void, undefined> {
  const options = await cacheOptions(session);
  const { host } = session;
  const found = await namespacesIn(store, host.signal);
  for await (const size of withProgress(host, { label: 'namespaces', isBesideRows: true }, found)) {
    const { namespace } = size;
    yield { ...size, cache: createLlmCache({ ...options, namespace, store, now: host.now }) };
  }
}
