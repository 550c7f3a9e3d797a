import type { CacheStats } from '@cached-llm/core';
import { formatCount, formatDuration, formatPercent, formatQuantity } from '../terminal/index.ts';

/** What a run of a command saved. Money is in US dollars, and absent where no price is known. */
export function savedFacts({ requests, hitRate, tokens, cost, time, ...counts }: CacheStats) {
  const { hits, stale, collapsed, misses, bypasses } = counts;
  return {
    ...{ requests, hits, stale, collapsed, misses, bypasses, hitRate },
    savedTokens: tokens.saved,
    savedUsd: cost.saved.usd,
    savedMilliseconds: time.saved,
  };
}

type Facts = ReturnType<typeof savedFacts>;

const dollars = (usd: number) => `$${usd >= 1 ? usd.toFixed(2) : Number(usd.toPrecision(2))}`;

/** In one line: `12 requests, 9 of them from the cache (75.0 %). Saved 12,345 tokens, $0.12 and 21s.` */
export function savedText(facts: Facts): string {
  const { requests, hits, stale, collapsed, bypasses, hitRate } = facts;
  const { savedTokens, savedUsd, savedMilliseconds } = facts;
  const answered = hits + stale + collapsed;
  const rate = answered === 0 ? '' : ` (${formatPercent(hitRate)})`;
  const bypassed = bypasses === 0 ? '' : ` ${formatQuantity(bypasses, 'request')} bypassed it.`;
  const first = `${formatQuantity(requests, 'request')}, ${formatCount(answered)} of them from the cache${rate}.${bypassed}`;
  if (answered === 0) return first;
  const tokens = savedTokens.input + savedTokens.output;
  const parts = [
    tokens > 0 && formatQuantity(tokens, 'token'),
    savedUsd !== undefined && savedUsd > 0 && dollars(savedUsd),
    savedMilliseconds > 0 && formatDuration(savedMilliseconds),
  ].filter((part) => part !== false);
  return parts.length === 0 ? first : `${first} Saved ${parts.join(' · ')}.`;
}
