// A repeated question costs nothing: the second call makes no request.
import { cachedLlmCall } from '@cached-llm/core';
import { OpenAI } from 'openai';

const client = new OpenAI();

async function ask(question: string) {
  const { choices } = await client.chat.completions.create({
    model: 'gpt-4o-mini',
    messages: [{ role: 'user', content: question }],
  });
  return choices[0]?.message.content;
}

const cachedAsk = cachedLlmCall(ask, '30m');

console.log(await cachedAsk('Why is the sea salty?'));
console.log(await cachedAsk('Why is the sea salty?'));

const { info } = await cachedAsk.withInfo('Why is the sea salty?');
console.log(info.outcome); // hit
