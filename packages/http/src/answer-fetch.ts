import { hasLongInteger, isFields } from '@cached-llm/core/adapter';
import { answerBatch, type BatchOfItems } from './batch.ts';
import { type FetchSettings, fetchTransport } from './fetch-transport.ts';
import { type CallSettings, httpCall } from './http-call.ts';
import { isOnlyIfCached, replayMiss } from './replay-miss.ts';
import type { FetchRequest, HttpRequest } from './request/index.ts';
import { buildResponse } from './response/index.ts';

/** The items of a request that is answered item by item. Undefined for any other request. */
export function batchIn(
  { adapter }: CallSettings,
  { body, url, text, directive, control }: HttpRequest,
): BatchOfItems | undefined {
  const isBypass = directive === 'no-store' || (control !== undefined && 'field' in control);
  const rules = isBypass ? undefined : adapter?.batch;
  if (rules === undefined || !isFields(body)) return undefined;
  const items = rules.itemsOf(body, url);
  if (items === undefined || items.length === 0) return undefined;
  // A request for some of the items is written from the parsed body, which must be the body.
  return hasLongInteger(text, body) ? undefined : { rules, items };
}

async function answer(settings: FetchSettings, request: FetchRequest): Promise<Response> {
  const batch = batchIn(settings, request);
  if (batch !== undefined) return answerBatch(settings, request, batch);
  const call = httpCall(settings, request, fetchTransport(settings, request));
  return (await settings.cache.pipeline.answer(call)).response;
}

/** Answers a request as `fetch` would. A miss in mode `replay` is a response that no SDK tries again. */
export async function answerFetch(
  settings: FetchSettings,
  request: FetchRequest,
): Promise<Response> {
  try {
    return await answer(settings, request);
  } catch (error) {
    // A caller without an adapter may not look at the status: it gets the error.
    if (settings.adapter === undefined && !isOnlyIfCached(settings, request)) throw error;
    const { text, head } = replayMiss(error, settings, request);
    return buildResponse(text, head, { outcome: 'replay-miss', age: 0, url: request.url.href });
  }
}
