// The demo makes ten calls of the official OpenAI client. Run it twice: the second run sends no request.
// With --live and OPENAI_API_KEY or OPENROUTER_API_KEY it calls the real service.
import { createHash } from 'node:crypto';
import { createLlmCache } from '@cached-llm/core';
import { cachedOpenAI } from '@cached-llm/openai';
import Table from 'cli-table3';
import { demoCalls } from './demo-calls.ts';
import { modelTable } from './demo-model-table.ts';
import { demoService } from './demo-service.ts';

const file = process.env.DEMO_FILE ?? '.demo/llm.db';
const cache = createLlmCache({ store: `sqlite:${file}`, namespace: 'demo' });
const service = await demoService(process.argv.includes('--live'));
const client = cachedOpenAI(service.client, { cache });

const table = new Table({
  head: ['', 'call', 'outcome', 'ms', 'tokens saved'],
  colAligns: ['right', 'left', 'left', 'right', 'right'],
  style: { head: [], border: [], compact: true },
});
const digest = createHash('sha256');
let hits = 0;

for (const [index, { name, ask }] of demoCalls.entries()) {
  const startedAt = performance.now();
  const { answer, response, tokens } = await ask(client);
  const outcome = response.headers.get('x-cached-llm');
  if (outcome === 'hit') hits += 1;
  const took = (performance.now() - startedAt).toFixed(1);
  table.push([index + 1, name, outcome, took, outcome === 'hit' ? tokens : '']);
  digest.update(JSON.stringify(answer));
}

console.log(table.toString());
console.log(await modelTable(cache));
console.log(
  `${hits} of ${demoCalls.length} calls from ${file}, ${service.requests()} requests to ${service.name}`,
);
console.log(`answers ${digest.digest('hex').slice(0, 16)} (the same on every run)`);
if (hits < demoCalls.length) console.log('Run it again: all ten answers will come from the file.');
await Promise.all([cache.close(), service.close()]);
