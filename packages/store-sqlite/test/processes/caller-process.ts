// A test runs this. For each line of input 32 callers ask at once, and the outcome is printed as JSON.
import { createInterface } from 'node:readline';
import { cachedLlmCall, createLlmCache } from '@cached-llm/core';
import { sqliteStore } from '@cached-llm/store-sqlite';
import { withDriver } from '../chosen-driver.ts';

const CALLERS = 32;
const options = JSON.parse(process.argv[2] ?? '');

const unhandled: string[] = [];
process.on('unhandledRejection', (reason) => unhandled.push(String(reason)));
process.on('uncaughtException', (error) => unhandled.push(String(error)));

// The deadline is long, because nothing here is about time and the machine may be slow.
const cache = createLlmCache({ store: sqliteStore(withDriver(options)), storeTimeout: '30s' });
let faults: string[] = [];
let calls = 0;
cache.on('store-error', ({ operation, reason }) => faults.push(`${operation}: ${reason}`));

async function callTheModel({ question }: { question: string }) {
  calls += 1;
  return { text: `answer to ${question}` };
}
const ask = cachedLlmCall(callTheModel, { cache, provider: 'a model' });

async function callOnce(question: string) {
  const { response, info } = await ask.withInfo({ question });
  return { isRight: response.text === `answer to ${question}`, isStored: info.stored, question };
}

async function round(topic: string) {
  calls = 0;
  faults = [];
  const questions = Array.from({ length: CALLERS }, (_, number) => `${topic} ${number}`);
  const settled = await Promise.allSettled(questions.map(callOnce));
  const answers = settled.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []));
  return {
    right: answers.filter(({ isRight }) => isRight).length,
    stored: answers.filter(({ isStored }) => isStored).map(({ question }) => question),
    calls,
    faults,
    unhandled,
  };
}

for await (const topic of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await round(topic))}\n`);
}
await cache.close();
