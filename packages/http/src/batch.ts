import {
  answerEach,
  type BatchRules,
  defaultAdapter,
  type Fields,
  isFields,
  type Verdict,
} from '@cached-llm/core/adapter';
import { type FetchSettings, fetchTransport } from './fetch-transport.ts';
import { httpCall } from './http-call.ts';
import { type FetchRequest, parseBody } from './request/index.ts';
import { buildResponse, bytesOrRest, isWhole, OUTCOME_HEADER, webForm } from './response/index.ts';

/** The items of one request, and how its adapter takes it apart. */
export interface BatchOfItems {
  readonly rules: BatchRules;
  readonly items: readonly unknown[];
}

/** One batch: how requests are made, the request of the caller, and how it is taken apart. */
interface BatchCall extends BatchOfItems {
  readonly settings: FetchSettings;
  readonly request: FetchRequest;
}

const bodyFor = ({ rules, request }: BatchCall, items: readonly unknown[]): Fields =>
  rules.ask(request.body as Fields, items); // `cachedFetch` checked it

/** Sends what the caller sent. A Request is cloned, because it can be sent only once. */
function sendAsGiven({ settings, request }: BatchCall, signal: AbortSignal): Promise<Response> {
  const [input, init] = request.given;
  return settings.upstream(input instanceof Request ? input.clone() : input, { ...init, signal });
}

/** Sends the same request for some of its items. What takes a Request gets a Request. */
function sendFor(
  batch: BatchCall,
  items: readonly unknown[],
  signal: AbortSignal,
): Promise<Response> {
  const { settings, request } = batch;
  const [input, init] = request.given;
  const headers = new Headers(request.headers);
  headers.delete('content-length'); // this body has another length
  const body = JSON.stringify(bodyFor(batch, items));
  const sent = { ...init, method: request.method, headers, body, signal };
  if (!(input instanceof Request)) return settings.upstream(request.url.href, sent);
  return settings.upstream(new Request(input.clone(), sent), { signal });
}

/** The bytes of a body that its caller still reads, or undefined if they are too many to wait for. */
async function bytesIn(response: Response): Promise<Uint8Array | undefined> {
  const { body } = response.clone();
  if (body === null) return new Uint8Array();
  const bytes = await bytesOrRest(body);
  if (bytes instanceof Uint8Array) return bytes;
  void bytes.return(); // the caller reads the other copy
  return undefined;
}

/** A response to each item of a failure. They share what was read of it, because a copy that is not read holds its body. */
function copiesOf(response: Response, bytes: Uint8Array, count: number): readonly Response[] {
  const copy = () =>
    response.body === null ? response.clone() : new Response(bytes, headOf(response));
  return Array.from({ length: count }, copy);
}

/** One response for each item, also of a failure. */
async function split(
  response: Response,
  items: readonly unknown[],
  { rules, settings }: BatchCall,
): Promise<readonly Response[] | Verdict> {
  if (response.ok && !isWhole(response)) return { rejection: 'content-type' };
  const bytes = await bytesIn(response);
  if (bytes === undefined) return { rejection: 'too-large' };
  if (!response.ok) return copiesOf(response, bytes, items.length);
  const text = new TextDecoder().decode(bytes);
  const parsed = parseBody(text);
  const parts = isFields(parsed) ? rules.split(parsed, items) : undefined;
  if (parts === undefined) {
    const { usageOf } = settings.adapter ?? defaultAdapter;
    return { rejection: 'incomplete', usage: usageOf?.(parsed) };
  }
  return parts.map(
    (part) => new Response(part === parsed ? text : JSON.stringify(part), headOf(response)),
  );
}

function headOf(response: Response) {
  const { status, statusText } = response;
  return { status, statusText, headers: webForm.liveHeaders(response) };
}

/** The outcome of all items together: `hit`, `miss` or another that all have, else `partial`. */
function outcomeOf(responses: readonly Response[]): string {
  const outcomes = new Set(responses.map(({ headers }) => headers.get(OUTCOME_HEADER) ?? 'bypass'));
  const [only = 'bypass'] = outcomes;
  return outcomes.size === 1 ? only : 'partial';
}

/** The response to all items as it came, with the header that says so where it might have been stored. */
function complete(whole: Response, parts: readonly Response[], { url }: FetchRequest): Response {
  const outcome = parts.length === 0 ? 'miss' : outcomeOf(parts);
  if (outcome === 'bypass' || !isWhole(whole)) return whole;
  return buildResponse(whole.body, headOf(whole), { outcome, age: 0, url: whole.url || url.href });
}

async function join(
  parts: readonly Response[],
  asked: readonly Response[],
  { rules, request }: BatchCall,
): Promise<Response | undefined> {
  const failed = parts.find(({ ok }) => !ok);
  if (failed !== undefined) return failed;
  const fieldsIn = (each: Response) => each.json() as Promise<Fields>; // `split` made it
  const [bodies, answers] = await Promise.all([
    Promise.all(parts.map(fieldsIn)),
    Promise.all(asked.map(fieldsIn)),
  ]);
  const joined = rules.join(bodies, answers);
  if (joined === undefined) return undefined;
  const [first = Response.error()] = asked.length > 0 ? asked : parts; // there is at least one
  const ages = parts.map(({ headers }) => Number(headers.get('age') ?? 0));
  const origin = { outcome: outcomeOf(parts), age: Math.max(...ages) * 1000 };
  const url = first.url || request.url.href;
  return buildResponse(JSON.stringify(joined), headOf(first), { ...origin, url });
}

/** Looks each item up by itself, and asks the provider for all that are missing in one request. */
export function answerBatch(
  settings: FetchSettings,
  request: FetchRequest,
  { rules, items }: BatchOfItems,
): Promise<Response> {
  const batch = { settings, request, rules, items };
  return answerEach<unknown, Response>(settings.cache.pipeline, items, {
    callFor(item) {
      const body = bodyFor(batch, [item]);
      const asked = { ...request, body, text: JSON.stringify(body) };
      return httpCall(settings, asked, fetchTransport(settings, request));
    },
    ask: (missing, signal) =>
      missing === items ? sendAsGiven(batch, signal) : sendFor(batch, missing, signal),
    split: (response, missing) => split(response, missing, batch),
    join: (parts, asked) => join(parts, asked, batch),
    complete: (whole, parts) => complete(whole, parts, request),
    invokeUncached: () => settings.upstream(...request.given),
  });
}
