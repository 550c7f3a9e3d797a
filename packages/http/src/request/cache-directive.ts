import { fieldsOf } from '@cached-llm/core/adapter';
import type { HeaderList } from './header-list.ts';

/** What a request says of caches: store nothing of it; call again, even where there is an answer; do not call at all. */
type CacheDirective = 'no-store' | 'refresh' | 'only-if-cached';

/** What a request says of caches, and how old an answer it takes. */
export interface CacheWishes {
  readonly directive: CacheDirective | undefined;
  /** In milliseconds. Infinity where it says nothing. */
  readonly maxAge: number;
  /** For how many milliseconds more the answer has to be fresh. -Infinity where it says nothing. */
  readonly minFresh: number;
}

/** The modes of `fetch` that speak to the cache (Fetch §2.2.5). `force-cache` is answered as `default`: what has expired is gone. */
const MODES: Readonly<Record<string, CacheDirective>> = {
  'no-store': 'no-store',
  reload: 'refresh',
  'no-cache': 'refresh',
  'only-if-cached': 'only-if-cached',
};

/** What `cache-control` says, by the names of its directives in lower case (RFC 9111 §5.2). */
function directivesOf(control: string): ReadonlyMap<string, string> {
  const parts = control.split(',').map((part) => part.split('='));
  const named = parts.map(
    ([name = '', value = '']) =>
      [name.trim().toLowerCase(), value.trim().replaceAll('"', '')] as const,
  );
  return new Map(named.toReversed()); // the first of two counts
}

const NONE: ReadonlyMap<string, string> = new Map();

function secondsIn(said: string | undefined, otherwise: number): number {
  return said !== undefined && /^\d+$/.test(said) ? Number(said) * 1000 : otherwise;
}

function directiveIn(said: ReadonlyMap<string, string>): CacheDirective | undefined {
  if (said.has('no-store')) return 'no-store';
  const callsAgain = said.has('no-cache') || secondsIn(said.get('max-age'), 1) === 0;
  return callsAgain ? 'refresh' : undefined;
}

/**
 * Headers by which a gateway is asked to answer anew: portkey.ai/docs/product/ai-gateway/cache-simple-and-semantic,
 * developers.cloudflare.com/ai-gateway/features/caching.
 */
const GATEWAY_HEADERS = ['x-portkey-cache-force-refresh', 'cf-aig-skip-cache'] as const;

/** Is a gateway asked to answer anew? The answer is for this caller alone. LiteLLM is asked in the body: docs.litellm.ai/docs/proxy/caching. */
export function isGatewayCacheSkipped(headers: HeaderList, body: unknown): boolean {
  const isTrue = (value: unknown) => /^(true|1)$/i.test(String(value));
  const { 'no-cache': skips, 'no-store': unstored } = fieldsOf(fieldsOf(body).cache);
  return [skips, unstored, ...GATEWAY_HEADERS.map((name) => headers.get(name))].some(isTrue);
}

const STRICTEST = ['only-if-cached', 'no-store', 'refresh'] as const;

/**
 * What the arguments of `fetch` say of caches; the stricter, where its mode and its headers differ. `max-stale` permits what
 * the options of the cache decide, and is not read (RFC 9111 §5.2.1).
 */
export function cacheWishes(mode: string | undefined, headers: HeaderList): CacheWishes {
  // `pragma` is read where there is no `cache-control` (RFC 9111 §5.4).
  const control = headers.get('cache-control') ?? headers.get('pragma');
  const said = control === null ? NONE : directivesOf(control);
  const directives = [MODES[mode ?? 'default'], directiveIn(said)];
  const isStoredOnly = said.has('only-if-cached');
  const directive = isStoredOnly
    ? 'only-if-cached'
    : STRICTEST.find((each) => directives.includes(each));
  // A stored answer that must not be used is none.
  const isNone = directive === 'only-if-cached' && directiveIn(said) !== undefined;
  const minFresh = secondsIn(said.get('min-fresh'), isStoredOnly ? 0 : Number.NEGATIVE_INFINITY);
  return {
    directive,
    maxAge: isNone ? 0 : secondsIn(said.get('max-age'), Number.POSITIVE_INFINITY),
    minFresh,
  };
}
