// Run an eval suite as often as you like: only its new tasks send a request.
//   HUMAN_EVAL=HumanEval.jsonl.gz runs the tasks of https://github.com/openai/human-eval
import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { createLlmCache } from '@cached-llm/core';
import { cachedOpenAI } from '@cached-llm/openai';
import { OpenAI } from 'openai';

const cache = createLlmCache({ store: 'sqlite:./evals.db', ttl: '30d', storeTimeout: '30s' });
const client = cachedOpenAI(new OpenAI(), { cache });

async function loadTasks(path: string | undefined): Promise<{ prompt: string }[]> {
  if (path === undefined) return ['add', 'double', 'negate'].map((name) => ({ prompt: name }));
  const lines = gunzipSync(await readFile(path))
    .toString()
    .trim()
    .split('\n');
  return lines.map((line) => JSON.parse(line));
}

async function solve({ prompt }: { prompt: string }): Promise<boolean> {
  const { choices } = await client.chat.completions.create({
    model: 'gpt-4o-mini',
    messages: [{ role: 'user', content: `Complete this function:\n${prompt}` }],
  });
  return choices[0]?.message.content?.includes('function') ?? false; // your own check
}

const tasks = await loadTasks(process.env.HUMAN_EVAL);
for (const run of [1, 2]) {
  const { misses } = cache.stats();
  let solved = 0;
  await cache.warm(tasks, async (task) => {
    if (await solve(task)) solved += 1;
  });
  const requests = cache.stats().misses - misses;
  console.log(`run ${run}: ${solved} of ${tasks.length} solved, ${requests} requests`);
}
await cache.close();
