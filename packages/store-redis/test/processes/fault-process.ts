// A test runs this. Callers ask until a line comes in, and no fault may end this process earlier.
import { cachedLlmCall, createLlmCache } from '@cached-llm/core';
import { redisStore } from '@cached-llm/store-redis';

const [url = ''] = process.argv.slice(2);
const cache = createLlmCache({ store: redisStore({ url, refusalInterval: 100 }) });
const ask = cachedLlmCall(
  async function answer({ prompt }: { readonly prompt: string }) {
    await new Promise((resolve) => setTimeout(resolve, 2));
    return { text: `answer to ${prompt}` };
  },
  { cache, provider: 'trial' },
);
const counts = { calls: 0, hits: 0, wrong: 0 };
let isOver = false;
process.stdin.once('data', () => {
  isOver = true;
  process.stdin.destroy();
});

async function call(caller: number, round: number): Promise<void> {
  const prompt = `${caller} ${round % 20}`;
  const { response, info } = await ask.withInfo({ prompt });
  counts.calls += 1;
  if (info.outcome === 'hit') counts.hits += 1;
  if (response.text !== `answer to ${prompt}`) counts.wrong += 1;
  // The test watches whether there are hits again.
  if (counts.calls % 100 === 0) process.stdout.write(`${counts.hits}\n`);
}

async function callAgainAndAgain(caller: number): Promise<void> {
  for (let round = 0; !isOver; round += 1) await call(caller, round);
}

await Promise.all(Array.from({ length: 32 }, (_, caller) => callAgainAndAgain(caller)));
await cache.close();
process.stdout.write(`${JSON.stringify(counts)}\n`);
