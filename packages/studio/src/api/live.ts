import type { LlmCache } from '@cached-llm/core';
import type { LedgerFigures, LiveNews } from '@cached-llm/core/store';
import { HttpProblem } from '../server/index.ts';
import type { ApiContext } from './context.ts';

const MOST_CALLS = 1_000;

/** For how long before now requests are counted. */
const COUNTED = '1h';

/** What all processes counted within the last hour, also those that have no `live`. */
export interface CountedCalls
  extends Pick<LedgerFigures, 'requests' | 'hits' | 'stale' | 'collapsed' | 'misses' | 'bypasses'> {
  readonly processes: number;
}

/** What changed since the page asked last. */
export interface LiveAnswer extends LiveNews {
  /** Only where the page asks for them. */
  readonly counted?: CountedCalls | undefined;
}

async function countedBy(cache: LlmCache): Promise<CountedCalls> {
  const { total, processes } = await cache.ledger({ since: COUNTED });
  const { requests, hits, stale, collapsed, misses, bypasses } = total;
  return { processes, requests, hits, stale, collapsed, misses, bypasses };
}

function changeIn(query: URLSearchParams): number {
  const after = Number(query.get('after') ?? 0);
  if (after >= 0) return after;
  throw new HttpProblem(400, 'after must be a number of 0 or more.');
}

/** The calls that began or ended after the change that the query names, the latest last. */
export async function liveCalls(
  { feed, cache }: ApiContext,
  query: URLSearchParams,
): Promise<LiveAnswer> {
  const after = changeIn(query);
  const isCounted = query.get('counts') === 'true';
  const [news, counted] = await Promise.all([
    feed.read(after),
    isCounted ? countedBy(cache) : undefined,
  ]);
  return { ...news, calls: news.calls.slice(-MOST_CALLS), counted };
}
