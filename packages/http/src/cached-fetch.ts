import { bypassAnswer, cacheOf, type Policy, policyForClient } from '@cached-llm/core/adapter';
import { answerFetch } from './answer-fetch.ts';
import { signalsOf } from './caller-signal.ts';
import { type CachedFetchOptions, type Fetch, settingsFor } from './http-call.ts';
import { fetchBelow, rememberCachedFetch } from './own-fetch.ts';
import { checkEndpoints, readRequest, withoutControl } from './request/index.ts';
import { traced } from './response/index.ts';

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
  const passOn: Fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
  const upstream = fetchBelow(passOn, cache);
  checkEndpoints(options.endpoints);
  const refreshing: Policy = { ...policy, mode: 'refresh' };
  const settings = { ...options, cache, policy, refreshing, upstream, passOn };
  const answered: Fetch = async (input, init) => {
    const signals = signalsOf(init);
    const callUncached = async (given: Readonly<Parameters<Fetch>>) =>
      traced(bypassAnswer(await passOn(...given), 'off').response, signals);
    if (policy.mode === 'off') return callUncached(withoutControl(input, init));
    const read = readRequest(input, init);
    if (read === undefined) return passOn(...withoutControl(input, init)); // at once: the caller may change its arguments after
    const request = await read;
    if (request === undefined) return passOn(...withoutControl(input, init));
    const controlled = settingsFor(settings, request);
    if (controlled.policy.mode === 'off') return callUncached(request.given);
    return traced(await answerFetch(controlled, request), signals);
  };
  return rememberCachedFetch(answered, { cache, below: upstream });
}
