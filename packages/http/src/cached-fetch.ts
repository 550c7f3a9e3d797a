import { isLlmCacheError } from '@cached-llm/core';
import {
  bypassAnswer,
  cacheOf,
  controlledPolicy,
  hasLongInteger,
  isFields,
  type Policy,
  policyForClient,
} from '@cached-llm/core/adapter';
import { answerBatch } from './batch.ts';
import { signalsOf } from './caller-signal.ts';
import { type CachedFetchOptions, type Fetch, type FetchSettings, httpCall } from './http-call.ts';
import { rememberCachedFetch } from './own-fetch.ts';
import { checkEndpoints, type HttpRequest, readRequest, withoutControl } from './request/index.ts';
import { buildResponse, traced } from './response/index.ts';

/** No SDK retries after this status, and none reads another meaning into it. */
const REPLAY_MISS = { status: 406, statusText: 'LlmCacheError REPLAY_MISS' };

/** What `only-if-cached` gets where nothing is stored (RFC 9111 §5.2.1.7). */
const NOTHING_STORED = { status: 504, statusText: 'Gateway Timeout' };

/**
 * A miss in `replay` mode as a response. An SDK takes an error that its `fetch` throws for a broken
 * connection, calls again, and hides the error; what a response says under such a status it shows at once.
 *
 * @throws any other error, as it is.
 */
function replayMiss(error: unknown, url: string, line = REPLAY_MISS): Response {
  if (!isLlmCacheError(error, 'REPLAY_MISS')) throw error;
  const head = {
    ...line,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'x-should-retry': 'false' },
  };
  const text = `LlmCacheError REPLAY_MISS: ${(error as Error).message}`; // checked in the first line
  return buildResponse(text, head, { outcome: 'replay-miss', age: 0, url });
}

async function answer(settings: FetchSettings, request: HttpRequest): Promise<Response> {
  const { body, url, directive, control } = request;
  const isBypass = directive === 'no-store' || (control !== undefined && 'field' in control);
  const rules = isBypass ? undefined : settings.adapter?.batch;
  // A request for some of the items is written from the parsed body, which must be the body.
  const mayAskForSome = isFields(body) && !hasLongInteger(request.text, body);
  const items = mayAskForSome ? rules?.itemsOf(body, url) : undefined;
  if (rules !== undefined && items !== undefined && items.length > 0) {
    return answerBatch(settings, request, { rules, items });
  }
  return (await settings.cache.pipeline.answer(httpCall(settings, request))).response;
}

/** The settings of one request, whose headers may control it. */
function settingsFor(settings: FetchSettings, { control }: HttpRequest): FetchSettings {
  const policy = controlledPolicy(settings.policy, control);
  if (policy === settings.policy) return settings;
  return { ...settings, policy, refreshing: { ...policy, mode: 'refresh' } };
}

async function answerOrRefuse(settings: FetchSettings, request: HttpRequest): Promise<Response> {
  const isOnlyIfCached =
    request.directive === 'only-if-cached' && settings.policy.mode !== 'replay';
  try {
    return await answer(settings, request);
  } catch (error) {
    if (isOnlyIfCached) return replayMiss(error, request.url.href, NOTHING_STORED);
    // A caller without an adapter may not look at the status: it gets the error.
    if (settings.adapter === undefined) throw error;
    return replayMiss(error, request.url.href);
  }
}

const FETCH_OPTIONS: readonly string[] = ['cache', 'adapter', 'endpoints', 'fetch'];

/**
 * A `fetch` that answers a repeated JSON POST from a store: JSON, server-sent events and JSON lines. Every
 * other request and response passes through untouched. A response says where it comes from in the headers
 * `x-cached-llm` (`hit`, `stale`, `miss`, `partial`, `replay-miss`) and `age` (seconds).
 *
 * @throws {LlmCacheError} for a bad option: here, not at a call.
 */
export function cachedFetch(options: CachedFetchOptions = {}): Fetch {
  const cache = cacheOf(options);
  const policy = policyForClient(cache.policy, options, FETCH_OPTIONS);
  const upstream: Fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
  checkEndpoints(options.endpoints);
  const refreshing: Policy = { ...policy, mode: 'refresh' };
  const settings = { ...options, cache, policy, refreshing, upstream };
  return rememberCachedFetch(async (input, init) => {
    const signals = signalsOf(init);
    const callUncached = async (given: Readonly<Parameters<Fetch>>) =>
      traced(bypassAnswer(await upstream(...given), 'off').response, signals);
    if (policy.mode === 'off') return callUncached(withoutControl(input, init));
    const read = readRequest(input, init);
    if (read === undefined) return upstream(...withoutControl(input, init)); // at once: the caller may change its arguments after
    const request = await read;
    if (request === undefined) return upstream(...withoutControl(input, init));
    const controlled = settingsFor(settings, request);
    if (controlled.policy.mode === 'off') return callUncached(request.given);
    return traced(await answerOrRefuse(controlled, request), signals);
  });
}
