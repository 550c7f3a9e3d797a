// Several answers to one request are stored by their number, so pass@k has the same score tomorrow.
import { cachedLlmCall, createLlmCache, trials } from '@cached-llm/core';
import { cachedOpenAI } from '@cached-llm/openai';
import { OpenAI } from 'openai';

const cache = createLlmCache({ onModelChange: 'expire' }); // another model behind the name makes them stale
const client = new OpenAI();
const model = 'gpt-4o-mini';

const guess = cachedLlmCall(
  async (question: string) => {
    const messages = [{ role: 'user' as const, content: question }];
    const { choices } = await client.chat.completions.create({ model, messages, temperature: 1 });
    return choices[0]?.message.content ?? '';
  },
  { cache, provider: 'openai' },
);

const question = 'Pick a number from 1 to 100.';
const first = await trials(5, (sample) => guess.with({ sample })(question));
const again = await trials(5, (sample) => guess.with({ sample })(question));
console.log(new Set(first).size, 'answers, the same in every run:', `${first}` === `${again}`);
console.log('a call without a number has the first answer:', (await guess(question)) === first[0]);

// A cached client takes the number as an option.
const messages = [{ role: 'user' as const, content: question }];
const picks = await trials(3, async (sample) => {
  const numbered = cachedOpenAI(client, { cache, sample });
  const { choices } = await numbered.chat.completions.create({ model, messages });
  return choices[0]?.message.content;
});
console.log(new Set(picks).size, 'answers through the client');
