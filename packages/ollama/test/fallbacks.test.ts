import { cachedOllama, ollama } from '@cached-llm/ollama';
import { EXPECTED_FALLBACKS, fallbackTable } from '@cached-llm/testing';
import { expect, test } from '@jest/globals';
import { Ollama } from 'ollama';

/** The SDK has no time-out and takes no signal: its `fetch` does. */
const parts = {
  answer: {
    model: 'm',
    message: { role: 'assistant', content: 'Salt' },
    done: true,
    done_reason: 'stop',
  },
  open({ url, timeout }: { url: string; timeout: number | undefined }) {
    const until = () => (timeout === undefined ? {} : { signal: AbortSignal.timeout(timeout) });
    const impatient: typeof fetch = (input, init) => fetch(input, { ...init, ...until() });
    return new Ollama({ host: url, fetch: impatient });
  },
  async ask(client: Ollama, signal: AbortSignal) {
    signal.addEventListener('abort', () => client.abort());
    const messages = [{ role: 'user', content: 'Hi' }];
    const left = new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason));
    });
    return Promise.race([left, client.chat({ model: 'm', messages })]);
  },
};

test('an older answer stands in for an outage, and for nothing else', async () => {
  const wrap = cachedOllama;
  expect(await fallbackTable({ ...parts, wrap })).toEqual(EXPECTED_FALLBACKS);
});

test('it does so for a function that calls the client', async () => {
  expect(await fallbackTable({ ...parts, adapter: ollama })).toEqual(EXPECTED_FALLBACKS);
});
