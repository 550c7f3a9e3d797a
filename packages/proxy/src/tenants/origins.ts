import { LlmCacheError } from '@cached-llm/core';

/**
 * Pages of browsers. None may use the proxy unless its origin is allowed. Otherwise, a page that somebody merely opens could call a
 * model of this machine, which asks for no key (Fetch §3.2, CORS).
 */
export interface OriginOptions {
  /** Such as `https://app.example.com`; `*` is every origin. @default none */
  readonly allowedOrigins?: readonly string[] | undefined;
}

const isOrigin = (text: string) => URL.canParse(text) && new URL(text).origin === text;

/** @throws {LlmCacheError} `INVALID_OPTION` for what no browser ever sends as its origin, and would allow nobody */
export function checkOrigins({ allowedOrigins = [] }: OriginOptions): void {
  const wrong = allowedOrigins.find((each) => each !== '*' && !isOrigin(each));
  if (wrong === undefined) return;
  const what = `The allowed origin ${JSON.stringify(wrong)} is no origin.`;
  const remedy =
    'Write the scheme, the host and a port that is not the usual one, as https://app.example.com.';
  throw new LlmCacheError('INVALID_OPTION', `${what} ${remedy}`);
}

/** What the header `sec-fetch-site` says of a request that another site's page makes, also where it has no `origin`. */
const OTHER_SITES: ReadonlySet<string> = new Set(['cross-site', 'same-site']);

/** Headers that a page may read beside the simple ones (Fetch §3.2.6). */
const EXPOSED = 'x-cached-llm, x-cached-llm-key, x-cached-llm-first-request-id, age, retry-after';

/** A browser asks again after a day at most. */
const PREFLIGHT_SECONDS = '86400';

function isAllowed(origin: string, { allowedOrigins = [] }: OriginOptions): boolean {
  return allowedOrigins.includes('*') || allowedOrigins.includes(origin);
}

/** Is this a request of a page that may not use the proxy? Programs that are no browsers send no `origin`. */
export function isForeignPage(
  headers: { readonly origin?: string | undefined; readonly 'sec-fetch-site'?: string | undefined },
  options: OriginOptions,
): boolean {
  const { origin, 'sec-fetch-site': site } = headers;
  if (origin !== undefined) return !isAllowed(origin, options);
  return site !== undefined && OTHER_SITES.has(site);
}

/** What an answer to a page says: that it may read it. Nothing for any other caller. */
export function corsHeaders(
  origin: string | undefined,
  options: OriginOptions,
): Record<string, string> {
  if (origin === undefined || !isAllowed(origin, options)) return {};
  return {
    'access-control-allow-origin': origin,
    'access-control-expose-headers': EXPOSED,
    vary: 'origin',
  };
}

/** The answer to the question of a browser whether a page may send a request (OPTIONS). Undefined for any other request. */
export function preflightHeaders(
  request: { readonly method?: string | undefined; readonly headers: NodeJS.Dict<unknown> },
  options: OriginOptions,
): Record<string, string> | undefined {
  const { origin, ...headers } = request.headers;
  const asked = headers['access-control-request-method'];
  if (request.method !== 'OPTIONS' || typeof origin !== 'string' || typeof asked !== 'string')
    return undefined;
  const names = headers['access-control-request-headers'];
  return {
    ...corsHeaders(origin, options),
    'access-control-allow-methods': asked,
    ...(typeof names === 'string' ? { 'access-control-allow-headers': names } : {}),
    'access-control-max-age': PREFLIGHT_SECONDS,
  };
}
