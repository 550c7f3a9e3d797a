import { chunksOf } from '../test-environment/index.ts';
import type { ExchangeResponse } from '../wire-server/index.ts';
import type { AdapterUnderTest, ConformanceClient } from './adapter-under-test.ts';

/** One of the two ways to make a call, so that a case for both is written once. */
export interface CallMode<Request> {
  readonly name: 'plain' | 'streamed';
  readonly request: Request;
  readonly response: ExchangeResponse;
  /** Gives the SDK's result. */
  ask(client: ConformanceClient<Request>, request: Request): PromiseLike<unknown>;
  /** Reads the result of `ask`: the response, or the list of the chunks. */
  read(result: unknown): Promise<unknown>;
  /** The response or the list of chunks, as it is compared. */
  view(observed: unknown): unknown;
}

export async function openStream<Request>(
  client: ConformanceClient<Request>,
  request: Request,
  signal: AbortSignal = new AbortController().signal,
): Promise<AsyncIterable<unknown>> {
  if (client.stream === undefined) throw new Error('A subject with `streamed` needs `stream`.');
  return client.stream(request, signal);
}

function viewOf<Request>(
  { comparable }: AdapterUnderTest<Request>,
  inspect: ((value: unknown) => unknown) | undefined,
): (value: unknown) => unknown {
  // Inspected first: the result of `comparable` may have no getters any more.
  return (value) => ({ inspected: inspect?.(value), value: comparable?.(value) ?? value });
}

export function modesOf<Request>(subject: AdapterUnderTest<Request>): CallMode<Request>[] {
  const view = viewOf(subject, subject.inspect?.bind(subject));
  const viewChunk = viewOf(subject, subject.inspectChunk?.bind(subject));
  const plain: CallMode<Request> = {
    ...subject.plain,
    name: 'plain',
    ask: (client, request) => client.ask(request),
    read: async (response) => response,
    view,
  };
  if (subject.streamed === undefined) return [plain];
  const streamed: CallMode<Request> = {
    ...subject.streamed,
    name: 'streamed',
    ask: (client, request) => openStream(client, request),
    read: (stream) => chunksOf(stream as AsyncIterable<unknown>), // the result of `ask`
    view: (chunks) => (Array.isArray(chunks) ? chunks.map(viewChunk) : chunks),
  };
  return [plain, streamed];
}
