import { answerEach, type BatchRules, type Fields, isFields } from '@cached-llm/core';
import { askingOf, type Door } from './http-call.ts';
import type { HttpRequest } from './request/read-request.ts';
import { buildResponse, OUTCOME_HEADER } from './response/build-response.ts';
import { liveHeaders } from './response/response-head.ts';

export interface BatchOfItems {
  readonly rules: BatchRules;
  readonly items: readonly unknown[];
}

function without(headers: Headers, name: string): Headers {
  const copy = new Headers(headers);
  copy.delete(name);
  return copy;
}

/** Asks the provider for the items that no entry answers. */
async function send(
  { upstream }: Door,
  { given: [, init], headers: given, method, url }: HttpRequest,
  { body, signal }: { readonly body: Fields; readonly signal: AbortSignal },
): Promise<Response> {
  const headers = without(given, 'content-length'); // this body has another
  const sent = { ...init, method, headers, body: JSON.stringify(body), signal };
  const response = await upstream(url.href, sent);
  const head = { status: response.status, headers: liveHeaders(response) };
  return new Response(await response.text(), head);
}

/** One response for each item; to each its own copy of a failure. */
async function split(
  response: Response,
  { rules, items }: BatchOfItems,
): Promise<readonly Response[] | undefined> {
  if (!response.ok) return items.map(() => response.clone());
  const parsed: unknown = await response.clone().json();
  const parts = isFields(parsed) ? rules.split(parsed, items) : undefined;
  return parts?.map((part) => new Response(JSON.stringify(part), response));
}

/** Where all items come from: `hit`, `miss`, or `partial`. */
function outcomeOf(responses: readonly Response[]): string {
  const outcomes = new Set(responses.map(({ headers }) => headers.get(OUTCOME_HEADER) ?? 'bypass'));
  const [only = 'bypass'] = outcomes;
  return outcomes.size === 1 ? only : 'partial';
}

async function join(responses: readonly Response[], rules: BatchRules): Promise<Response> {
  const failed = responses.find(({ ok }) => !ok);
  const [first] = responses;
  if (failed !== undefined || first === undefined) return failed ?? Response.error();
  const bodies = await Promise.all(responses.map((each) => each.json() as Promise<Fields>)); // from `split`
  const ages = responses.map(({ headers }) => Number(headers.get('age') ?? 0));
  const outcome = outcomeOf(responses);
  const { status, headers, url } = first;
  const age = Math.max(...ages) * 1000;
  return buildResponse(
    JSON.stringify(rules.join(bodies)),
    { status, headers },
    { outcome, age, url },
  );
}

/** Answers item by item: each is looked up, and those that are missing are asked for in one request. */
export function answerBatch(
  door: Door,
  request: HttpRequest,
  { rules, items }: BatchOfItems,
): Promise<Response> {
  const { signal: own = new AbortController().signal } = request;
  const bodyFor = (some: readonly unknown[]) => rules.ask(request.body as Fields, some); // answer() looked
  return answerEach<unknown, Response, Response>(items, {
    async answer(item, ask) {
      const body = bodyFor([item]);
      const asking = askingOf(door, { ...request, body, text: JSON.stringify(body) });
      const call = { ...asking, isPart: true, invoke: ask, pass: () => ask(own) };
      return (await door.cache.answer(call)).response;
    },
    ask: (missing, signal) => send(door, request, { body: bodyFor(missing), signal }),
    split: (response, missing) => split(response, { rules, items: missing }),
    join: (responses) => join(responses, rules),
    pass: () => door.upstream(...request.given),
  });
}
