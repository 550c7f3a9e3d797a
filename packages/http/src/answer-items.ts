import { infoOf } from '@cached-llm/core';
import { fieldsOf } from '@cached-llm/core/adapter';
import { answerFetch } from './answer-fetch.ts';
import type { CallSettings } from './http-call.ts';
import type { HttpRequest } from './request/index.ts';
import { type LiveResponse, OUTCOME_HEADER } from './response/index.ts';
import type { TransportAnswer, TransportRequest } from './transport-answer.ts';

/** The model that a request names. */
export function modelOf({ body }: HttpRequest): string | undefined {
  const { model } = fieldsOf(body);
  return typeof model === 'string' ? model : undefined;
}

/** A response of `fetch` for an upstream's: batches are taken apart as such. */
function webResponse({ status, statusText, headers, body }: LiveResponse): Response {
  const reader = body?.getReader();
  const stream = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = (await reader?.read()) ?? { done: true };
        if (done === true || value === undefined) controller.close();
        else controller.enqueue(value);
      },
      cancel: async (reason) => void (await reader?.cancel(reason)),
    },
    { highWaterMark: 0 },
  );
  const isEmpty = [204, 205, 304].includes(status); // such a response may have no body (Fetch §2.2.3)
  const list = [...headers].map(([...header]) => header);
  return new Response(isEmpty ? null : stream, { status, statusText, headers: list });
}

/** Answers a request for many items, item by item. */
export async function answerItems(
  settings: CallSettings,
  read: HttpRequest,
  { signal, send }: TransportRequest,
): Promise<TransportAnswer> {
  const headers = new Headers([...read.headers].map(([...header]) => header));
  const { method, text: body } = read;
  const given = [read.url.href, { method, headers, body, signal: signal ?? null }] as const;
  const upstream = async (_url: unknown, sent: RequestInit = {}) =>
    webResponse(await send(String(sent.body), sent.signal ?? undefined));
  const response = await answerFetch(
    { ...settings, upstream, passOn: upstream },
    { ...read, headers, given },
  );
  const outcome = response.headers.get(OUTCOME_HEADER) ?? 'bypass';
  const { status, statusText, body: content } = response;
  const answered = { status, statusText, headers: response.headers, content };
  return { ...answered, outcome, info: infoOf(response), model: modelOf(read) };
}
