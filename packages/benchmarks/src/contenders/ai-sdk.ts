import { type LanguageModelMiddleware, wrapLanguageModel } from 'ai';
import { MockLanguageModelV4 } from 'ai/test';
import type { MakeContender } from './contender.ts';

const USAGE = { inputTokens: { total: 200 }, outputTokens: { total: 400 } };

/** The middleware of its guide to caching, over a Map of texts in the place of Redis. */
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
  };
}

export const aiSdk: MakeContender = (call) => {
  const model = wrapLanguageModel({
    model: new MockLanguageModelV4({
      async doGenerate({ prompt }) {
        const text = JSON.stringify(await call({ prompt }));
        const content = [{ type: 'text', text }];
        return { content, finishReason: { unified: 'stop' }, usage: USAGE, warnings: [] } as never; // as much as is read
      },
    }),
    middleware: cachingMiddleware(),
  });
  const asPrompt = (request: object) => [
    { role: 'user' as const, content: [{ type: 'text' as const, text: JSON.stringify(request) }] },
  ];
  return {
    name: 'AI SDK recipe',
    isForChat: true,
    ask: async (request) => model.doGenerate({ prompt: asPrompt(request) }),
  };
};
