// One of many test workers that share a folder of fixtures. It records, waits for a line of input, and replays.
import { once } from 'node:events';
import { createLlmCache, type Mode } from '@cached-llm/core';
import { cachedOpenAI } from '@cached-llm/openai';
import { fixtureStore } from '@cached-llm/testing';
import { OpenAI } from 'openai';

const [folder = '', baseURL = '', place = '0', secret = ''] = process.argv.slice(2);
const questions = Array.from(
  { length: 20 },
  (_none, index) => `Question ${(index * 7 + Number(place) * 3) % 20}`,
);

async function askAll(mode: Mode): Promise<number> {
  const store = fixtureStore(folder, { scrub: [secret], readOnly: mode === 'replay' });
  const cache = createLlmCache({ store, mode, storeTimeout: '30s' });
  const client = cachedOpenAI(new OpenAI({ apiKey: secret, baseURL }), { cache });
  const ask = async (content: string) => {
    const request = { model: 'a-model', messages: [{ role: 'user' as const, content }] };
    await client.chat.completions.create(request);
    for await (const chunk of await client.chat.completions.create({ ...request, stream: true })) {
      if (chunk.choices.length > 1) throw new Error('The stream has more than one choice.');
    }
  };
  await cache.warm(questions, ask, { concurrency: 5, retries: 0 });
  await cache.close();
  return cache.stats().misses;
}

await askAll('read-write');
process.stdout.write('recorded\n');
await once(process.stdin, 'data');
process.stdout.write(`missed ${await askAll('replay')}\n`);
process.exit();
