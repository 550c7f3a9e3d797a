import { InMemoryCache } from '@langchain/core/caches';
import { AIMessage } from '@langchain/core/messages';
import type { MakeContender } from './contender.ts';

/** LangChain's cache as its chat models use it, with the text of the prompt and the text of all other settings. */
export const langchain: MakeContender = (call) => {
  const cache = new InMemoryCache();
  return {
    name: 'LangChain InMemoryCache',
    isForChat: true,
    async ask(request) {
      const { messages, ...settings } = request as { messages?: unknown }; // a chat has messages, and an embedding has none
      const [prompt, model] = [JSON.stringify(messages ?? ''), JSON.stringify(settings)];
      const found = await cache.lookup(prompt, model);
      if (found !== null) return found[0];
      const text = JSON.stringify(await call(request));
      const generation = { text, message: new AIMessage(text) };
      await cache.update(prompt, model, [generation]);
      return generation;
    },
  };
};
