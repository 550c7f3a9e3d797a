// At start-up the frequent questions are asked once, two at a time. The users' requests are hits.
import { cachedLlmCall, createLlmCache } from '@cached-llm/core';
import { OpenAI } from 'openai';

const client = new OpenAI();
const cache = createLlmCache();

const answer = cachedLlmCall(
  async function answer(question: string) {
    const { choices } = await client.chat.completions.create({
      model: 'gpt-4o-mini',
      messages: [{ role: 'user', content: question }],
    });
    return choices[0]?.message.content;
  },
  { cache, ttl: '1d', tags: ['faq'] },
);

const questions = ['When are you open?', 'Where do I find my invoice?', 'How do I cancel?'];
const report = await cache.warm(questions, answer, { concurrency: 2 });
console.log(report);

const { info } = await answer.withInfo('How do I cancel?');
console.log(info.outcome); // hit
