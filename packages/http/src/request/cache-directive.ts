import { fieldsOf } from '@cached-llm/core/adapter';

/** What a request says of caches: store nothing of it, or call again, even where there is an answer. */
export type CacheDirective = 'no-store' | 'refresh';

/** The modes of `fetch` that speak to the cache (Fetch §2.2.5). The others are answered as without a mode. */
const MODES: Readonly<Record<string, CacheDirective>> = {
  'no-store': 'no-store',
  reload: 'refresh',
  'no-cache': 'refresh',
};

const NO_STORE = /(^|,)\s*no-store\s*(,|$)/i;
const CALL_AGAIN = /(^|,)\s*(no-cache|max-age\s*=\s*"?0+"?)\s*(,|$)/i;

function directiveIn(headers: Headers): CacheDirective | undefined {
  // `pragma` is read where there is no `cache-control` (RFC 9111 §5.4).
  const control = headers.get('cache-control') ?? headers.get('pragma');
  if (control === null) return undefined;
  if (NO_STORE.test(control)) return 'no-store';
  return CALL_AGAIN.test(control) ? 'refresh' : undefined;
}

/**
 * Headers by which a gateway is asked to answer anew: portkey.ai/docs/product/ai-gateway/cache-simple-and-semantic,
 * developers.cloudflare.com/ai-gateway/features/caching.
 */
const GATEWAY_HEADERS = ['x-portkey-cache-force-refresh', 'cf-aig-skip-cache'] as const;

/** Is a gateway asked to answer anew? The answer is for this caller alone. LiteLLM is asked in the body: docs.litellm.ai/docs/proxy/caching. */
export function isGatewayCacheSkipped(headers: Headers, body: unknown): boolean {
  const isTrue = (value: unknown) => /^(true|1)$/i.test(String(value));
  const { 'no-cache': skips, 'no-store': unstored } = fieldsOf(fieldsOf(body).cache);
  return [skips, unstored, ...GATEWAY_HEADERS.map((name) => headers.get(name))].some(isTrue);
}

/** What the arguments of `fetch` say of caches; the stricter, where its mode and its headers differ. */
export function cacheDirective(
  mode: string | undefined,
  headers: Headers,
): CacheDirective | undefined {
  const said = [MODES[mode ?? 'default'], directiveIn(headers)];
  return said.find((each) => each === 'no-store') ?? said.find((each) => each !== undefined);
}
