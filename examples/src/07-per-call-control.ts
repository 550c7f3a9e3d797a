// One call can differ from the rest: refresh the entry, use another scope, read without a call, or invalidate.
import { cachedLlmCall, createLlmCache } from '@cached-llm/core';

const cache = createLlmCache({ ttl: '1h', staleIfError: '1d' });
let calls = 0;

const ask = cachedLlmCall(
  async function ask(request: { prompt: string }) {
    calls += 1;
    return { text: `${request.prompt} (call ${calls})` }; // your call to a model
  },
  { cache, when: ({ prompt }: { prompt: string }) => !prompt.includes('today') },
);

const request = { prompt: 'Name a colour' };
const outcome = async (call: typeof ask) => (await call.withInfo(request)).info.outcome;

console.log(await outcome(ask)); // miss
console.log(await outcome(ask)); // hit
console.log(await outcome(ask.with({ mode: 'refresh' }))); // miss: called again, and stored
console.log(await outcome(ask.with({ scope: 'tenant-7' }))); // miss: another tenant's answers
console.log(await outcome(ask.with({ mode: 'off' }))); // bypass
console.log(await ask.peek(request)); // what is stored, without a call
await ask.invalidate(request);
console.log(await ask.peek(request)); // undefined
console.log((await ask.withInfo({ prompt: 'News of today' })).info.outcome); // bypass: see `when`
