// A test runs two of these processes, which ask at random over one store. Arguments: store, URL of the provider, seed.
import { once } from 'node:events';
import { cachedLlmCall, createLlmCache } from '@cached-llm/core';
import { type Adapter, defaultAdapter } from '@cached-llm/core/adapter';

const [store = '', url = '', seed = '1'] = process.argv.slice(2);
const cache = createLlmCache({ store, storeTimeout: '30s', ledger: '20ms' });

const adapter: Adapter = {
  ...defaultAdapter,
  provider: 'billed',
  usageOf: (reply) => ({ cost: (reply as { micros: number }).micros / 1e6 }), // the provider answers nothing else
};

interface Question {
  readonly prompt: number;
}

const ask = cachedLlmCall(
  async ({ prompt }: Question) => (await fetch(`${url}?prompt=${prompt}`)).json(),
  { cache, adapter },
);

let state = Number(seed);

/** The next number below `end`, the same in each run. */
function next(end: number): number {
  state = (state * 48_271) % 2_147_483_647;
  return state % end;
}

const ROUNDS = 12;
const CALLERS = 10;

const asked: number[] = [];
process.stdout.write('ready\n');
await once(process.stdin, 'data');
for (let round = 0; round < ROUNDS; round += 1) {
  const answers = Array.from({ length: CALLERS }, () => {
    const prompt = next(6);
    asked.push(prompt);
    const mode = next(8) === 0 ? 'refresh' : 'read-write';
    return ask.with({ mode, sample: next(2) })({ prompt });
  });
  await Promise.all(answers);
}
await cache.close();
process.stdout.write(`${JSON.stringify(asked)}\n`);
process.stdin.pause();
