import { type LanguageModelMiddleware, simulateReadableStream, wrapLanguageModel } from 'ai';
import { MockLanguageModelV4 } from 'ai/test';

type Part = { readonly type: 'text-delta'; readonly id: string; readonly delta: string };

/** The streaming half of the caching middleware in the SDK's guide, over a Map of texts; its pause of 10 ms a chunk left out. */
function cachingMiddleware(): LanguageModelMiddleware {
  const rows = new Map<string, string>();
  return {
    specificationVersion: 'v4',
    async wrapStream({ doStream, params }) {
      const key = JSON.stringify(params);
      const found = rows.get(key);
      if (found !== undefined) {
        const options = { initialDelayInMs: null, chunkDelayInMs: null, chunks: JSON.parse(found) };
        return { stream: simulateReadableStream(options) };
      }
      const { stream, ...rest } = await doStream();
      const parts: unknown[] = [];
      const keep = new TransformStream({
        transform(part, controller) {
          parts.push(part);
          controller.enqueue(part);
        },
        flush: () => void rows.set(key, JSON.stringify(parts)),
      });
      return { stream: stream.pipeThrough(keep), ...rest };
    },
  };
}

/** Asks a model that answers with so many chunks as it is given. */
export function recipeForStreams(chunks: readonly object[]) {
  const parts = chunks.map(
    (chunk): Part => ({ type: 'text-delta', id: '1', delta: JSON.stringify(chunk) }),
  );
  const model = wrapLanguageModel({
    model: new MockLanguageModelV4({
      doStream: async () => ({
        stream: simulateReadableStream({
          initialDelayInMs: null,
          chunkDelayInMs: null,
          chunks: parts,
        }),
      }),
    }),
    middleware: cachingMiddleware(),
  });
  return async (request: object): Promise<AsyncIterable<unknown>> => {
    const content = [{ type: 'text' as const, text: JSON.stringify(request) }];
    const { stream } = await model.doStream({ prompt: [{ role: 'user', content }] });
    return stream as ReadableStream & AsyncIterable<unknown>; // Node's streams are both
  };
}
