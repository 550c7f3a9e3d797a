import { answerEach, type BatchRules, type Fields, isFields } from '@cached-llm/core/adapter';
import { type FetchSettings, httpCall } from './http-call.ts';
import type { HttpRequest } from './request/index.ts';
import { buildResponse, liveHeaders, OUTCOME_HEADER } from './response/index.ts';

/** The items of one request, and how its adapter takes it apart. */
export interface BatchOfItems {
  readonly rules: BatchRules;
  readonly items: readonly unknown[];
}

/** Asks the provider for the items that no entry answers. */
async function send(
  { upstream }: FetchSettings,
  { given: [, init], headers: given, method, url }: HttpRequest,
  { body, signal }: { readonly body: Fields; readonly signal: AbortSignal },
): Promise<Response> {
  const headers = new Headers(given);
  headers.delete('content-length'); // this body has another length
  const sent = { ...init, method, headers, body: JSON.stringify(body), signal };
  const response = await upstream(url.href, sent);
  const head = { status: response.status, headers: liveHeaders(response) };
  return new Response(await response.text(), head);
}

/** One response for each item. Of a failure each item gets a copy. */
async function split(
  response: Response,
  { rules, items }: BatchOfItems,
): Promise<readonly Response[] | undefined> {
  if (!response.ok) return items.map(() => response.clone());
  const parsed: unknown = await response.clone().json();
  const parts = isFields(parsed) ? rules.split(parsed, items) : undefined;
  return parts?.map((part) => new Response(JSON.stringify(part), response));
}

/** The outcome of all items together: `hit`, `miss` or another that all have, else `partial`. */
function outcomeOf(responses: readonly Response[]): string {
  const outcomes = new Set(responses.map(({ headers }) => headers.get(OUTCOME_HEADER) ?? 'bypass'));
  const [only = 'bypass'] = outcomes;
  return outcomes.size === 1 ? only : 'partial';
}

async function join(responses: readonly Response[], rules: BatchRules): Promise<Response> {
  const failed = responses.find(({ ok }) => !ok);
  const [first] = responses;
  if (failed !== undefined || first === undefined) return failed ?? Response.error();
  const bodies = await Promise.all(responses.map((each) => each.json() as Promise<Fields>)); // `split` made them
  const ages = responses.map(({ headers }) => Number(headers.get('age') ?? 0));
  const { status, headers, url } = first;
  const origin = { outcome: outcomeOf(responses), age: Math.max(...ages) * 1000, url };
  return buildResponse(JSON.stringify(rules.join(bodies)), { status, headers }, origin);
}

/** Looks each item up by itself, and asks the provider for all that are missing in one request. */
export function answerBatch(
  settings: FetchSettings,
  request: HttpRequest,
  { rules, items }: BatchOfItems,
): Promise<Response> {
  const { signal: own = new AbortController().signal } = request;
  const bodyFor = (some: readonly unknown[]) => rules.ask(request.body as Fields, some); // `cachedFetch` checked it
  return answerEach<unknown, Response, Response>(items, {
    async answer(item, ask) {
      const body = bodyFor([item]);
      const call = httpCall(settings, { ...request, body, text: JSON.stringify(body) });
      const part = { ...call, isPart: true, invoke: ask, invokeUncached: () => ask(own) };
      return (await settings.cache.pipeline.answer(part)).response;
    },
    ask: (missing, signal) => send(settings, request, { body: bodyFor(missing), signal }),
    split: (response, missing) => split(response, { rules, items: missing }),
    join: (responses) => join(responses, rules),
    bypass: () => settings.upstream(...request.given),
  });
}
