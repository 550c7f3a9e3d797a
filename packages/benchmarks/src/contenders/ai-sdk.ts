import { type LanguageModelMiddleware, simulateReadableStream, wrapLanguageModel } from 'ai';
import { MockLanguageModelV4 } from 'ai/test';
import type { MakeContender } from './contender.ts';

const USAGE = { inputTokens: { total: 200 }, outputTokens: { total: 400 } };
/** The SDK's guide replays with a pause of 10 ms before each chunk; here there is none. */
const NO_PAUSE = { initialDelayInMs: null, chunkDelayInMs: null };

type Part = { readonly type: 'text-delta'; readonly id: string; readonly delta: string };

/** The middleware of the SDK's guide to caching, with a Map of texts in the place of Redis. */
function cachingMiddleware(): LanguageModelMiddleware {
  const rows = new Map<string, string>();
  return {
    specificationVersion: 'v4',
    async wrapGenerate({ doGenerate, params }) {
      const key = JSON.stringify(params);
      const found = rows.get(key);
      if (found !== undefined) return JSON.parse(found);
      const result = await doGenerate();
      rows.set(key, JSON.stringify(result));
      return result;
    },
    async wrapStream({ doStream, params }) {
      const key = JSON.stringify(params);
      const found = rows.get(key);
      if (found !== undefined)
        return { stream: simulateReadableStream({ ...NO_PAUSE, chunks: JSON.parse(found) }) };
      const { stream, ...rest } = await doStream();
      const parts: unknown[] = [];
      const record = new TransformStream({
        transform(part, controller) {
          parts.push(part);
          controller.enqueue(part);
        },
        flush: () => void rows.set(key, JSON.stringify(parts)),
      });
      return { stream: stream.pipeThrough(record), ...rest };
    },
  };
}

const promptOf = (request: object) => [
  { role: 'user' as const, content: [{ type: 'text' as const, text: JSON.stringify(request) }] },
];

export const aiSdk: MakeContender = (call) => {
  const model = wrapLanguageModel({
    model: new MockLanguageModelV4({
      async doGenerate({ prompt }) {
        const text = JSON.stringify(await call({ prompt }));
        const content = [{ type: 'text', text }];
        return { content, finishReason: { unified: 'stop' }, usage: USAGE, warnings: [] } as never; // the fields that are read
      },
    }),
    middleware: cachingMiddleware(),
  });
  return {
    name: 'AI SDK recipe',
    isForChat: true,
    ask: async (request) => model.doGenerate({ prompt: promptOf(request) }),
  };
};

/** Asks a model that answers with a stream of these chunks. */
export function recipeForStreams(chunks: readonly object[]) {
  const parts = chunks.map(
    (chunk): Part => ({ type: 'text-delta', id: '1', delta: JSON.stringify(chunk) }),
  );
  const model = wrapLanguageModel({
    model: new MockLanguageModelV4({
      doStream: async () => ({ stream: simulateReadableStream({ ...NO_PAUSE, chunks: parts }) }),
    }),
    middleware: cachingMiddleware(),
  });
  return async (request: object): Promise<AsyncIterable<unknown>> => {
    const { stream } = await model.doStream({ prompt: promptOf(request) });
    return stream as ReadableStream & AsyncIterable<unknown>; // Node's streams are both
  };
}
