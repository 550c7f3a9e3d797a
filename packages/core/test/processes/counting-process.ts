// A test runs several of these processes, which count. Arguments: store, name, interval of the ledger, questions; then `close`, and
// `ahead=` with the milliseconds by which the clock is ahead; `live` notes its calls.
import { once } from 'node:events';
import { cachedLlmCall, createLlmCache } from '@cached-llm/core';
import { type Adapter, defaultAdapter } from '@cached-llm/core/adapter';

const [store = '', name = '', ledger = '10s', questions = '1'] = process.argv.slice(2);
const ahead = process.argv.find((argument) => argument.startsWith('ahead='))?.slice(6);
const clock = ahead === undefined ? {} : { now: () => Date.now() + Number(ahead) };
const options = { store, ...clock, storeTimeout: '30s' } as const;
const live = process.argv.includes('live') ? '20ms' : false;
const cache = createLlmCache({ ...options, live, ledger: ledger as '10s' }); // the test passes a duration

interface Question {
  readonly model: string;
  readonly prompt: string;
  readonly cut?: boolean;
  readonly odd?: () => void;
}

const adapter: Adapter = {
  ...defaultAdapter,
  provider: 'counted',
  usageOf: () => ({ inputTokens: 10, outputTokens: 3, cost: 0.25 }),
};

const ask = cachedLlmCall(
  async ({ cut }: Question) => ({ finish_reason: cut === true ? 'length' : 'stop' }),
  { cache, adapter },
);

/** Makes for each question a miss, two hits, a bypass, and a truncated answer. */
async function askAll(part: string): Promise<void> {
  for (let count = 0; count < Number(questions); count += 1) {
    const question = { model: `model-${count % 2}`, prompt: `${name} ${part} ${count}` };
    await ask.withInfo(question); // waits until the answer is stored
    await ask(question);
    await ask(question);
    await ask({ ...question, odd: () => {} });
    await ask.withInfo({ ...question, cut: true });
  }
  process.stdout.write(`${part}\n`);
}

process.stdout.write('ready\n');
for (const part of process.argv.includes('thrice')
  ? ['first', 'second', 'third']
  : ['first', 'second']) {
  await once(process.stdin, 'data');
  await askAll(part);
}
await once(process.stdin, 'data');
process.stdin.pause();
if (process.argv.includes('close')) await cache.close();
