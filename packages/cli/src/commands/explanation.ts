import type { CallIdentity, NearestEntry, StoredEntry } from '@cached-llm/core';
import type { Session } from '../command-line/session.ts';
import { entryId } from '../store/entry-id.ts';
import { shownSpan } from '../terminal/format.ts';
import { factsText } from '../terminal/table.ts';
import { shortened } from './shortened.ts';

/** Why a request is a hit or a miss. */
export interface Explanation {
  readonly key: string;
  readonly identity: CallIdentity;
  /** What is stored under the key. */
  readonly entry: StoredEntry | undefined;
  /** Looked for where there is none. */
  readonly nearest: NearestEntry | undefined;
}

function outcomeText(entry: StoredEntry | undefined, now: number): string {
  if (entry === undefined) return 'a miss: there is no entry under this key';
  const age = shownSpan(now - entry.header.storedAt);
  return entry.state === 'fresh' ? `a hit, stored ${age} ago` : `${entry.state}, stored ${age} ago`;
}

function differenceText(differing: readonly string[] | undefined): string {
  if (differing === undefined) return 'where it differs is not known';
  return differing.length === 0
    ? 'it differs in nothing that is known'
    : `it differs in ${differing.join(', ')}`;
}

export function explanationText(explanation: Explanation, { output, host }: Session): string {
  const { key, identity, entry, nearest } = explanation;
  const facts = factsText(output, [
    ['key', key],
    ['is', outcomeText(entry, host.now())],
    ['nearest', nearest && `${entryId(nearest.key)}: ${differenceText(nearest.differing)}`],
    ['made of', ''],
  ]);
  return `${facts}\n${JSON.stringify(shortened(identity), undefined, 2)}`;
}
