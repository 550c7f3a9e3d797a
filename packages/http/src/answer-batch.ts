import { Batch, type BatchRules, type Fields, isFields } from '@cached-llm/core';
import { buildResponse, OUTCOME_HEADER } from './build-response.ts';
import { askingOf, type Door } from './door.ts';
import type { HttpRequest } from './http-request.ts';
import { NotSplit } from './not-split.ts';
import { liveHeaders } from './response-head.ts';

export interface BatchOfItems {
  readonly rules: BatchRules;
  readonly items: readonly unknown[];
}

function without(headers: Headers, name: string): Headers {
  const copy = new Headers(headers);
  copy.delete(name);
  return copy;
}

/** Asks the provider for the items that no entry answers; one response for each. */
async function askFor(
  { upstream }: Door,
  request: HttpRequest,
  { rules, items, signal }: BatchOfItems & { readonly signal: AbortSignal },
): Promise<readonly Response[]> {
  const [, init] = request.given;
  const body = JSON.stringify(rules.ask(request.body as Fields, items)); // answer() looked
  const headers = without(request.headers, 'content-length'); // this body has another
  const { method, url } = request;
  const response = await upstream(url.href, { ...init, method, headers, body, signal });
  const text = await response.text();
  const head = { status: response.status, headers: liveHeaders(response) };
  const own = (content: string) => new Response(content, head);
  if (!response.ok) return items.map(() => own(text));
  const parsed: unknown = JSON.parse(text);
  const parts = isFields(parsed) ? rules.split(parsed, items) : undefined;
  if (parts === undefined) throw new NotSplit(own(text), items);
  return parts.map((part) => own(JSON.stringify(part)));
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

type Ask = (item: unknown, signal: AbortSignal) => Promise<Response>;

/** One item, by itself: from the store, or asked for with others that are missing. */
async function answerItem(
  door: Door,
  request: HttpRequest,
  { rules, item, ask }: { rules: BatchRules; item: unknown; ask: Ask },
): Promise<Response> {
  const body = rules.ask(request.body as Fields, [item]); // answer() looked
  const asking = askingOf(door, { ...request, body, text: JSON.stringify(body) });
  const { signal: own = new AbortController().signal } = request;
  const invoke = (signal: AbortSignal) => ask(item, signal);
  return (await door.cache.answer({ ...asking, invoke, pass: () => ask(item, own) })).response;
}

/** Answers item by item: each is looked up, and those that are missing are asked for in one request. */
export async function answerBatch(
  door: Door,
  request: HttpRequest,
  { rules, items }: BatchOfItems,
): Promise<Response> {
  const own = new Set<readonly unknown[]>();
  const batch = new Batch<unknown, Response>((missing, signal) => {
    own.add(missing);
    return askFor(door, request, { rules, items: missing, signal });
  });
  const ask: Ask = (item, signal) => batch.ask(item, signal);
  try {
    const each = items.map((item) => answerItem(door, request, { rules, item, ask }));
    return await join(await Promise.all(each), rules);
  } catch (error) {
    if (!(error instanceof NotSplit)) throw error;
    // The answer to this whole request is the caller's; one to a part of it, or to another's, is nobody's.
    const isWhole = own.has(error.asked) && error.asked.length === items.length;
    return isWhole ? error.response : door.upstream(...request.given);
  }
}
