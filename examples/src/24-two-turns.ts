// The second question contains the first answer. It is a hit, because the first answer was replayed exactly.
//   MT_BENCH=question.jsonl runs the questions of https://github.com/lm-sys/FastChat
import { readFile } from 'node:fs/promises';
import { createLlmCache } from '@cached-llm/core';
import { cachedOpenAI } from '@cached-llm/openai';
import { OpenAI } from 'openai';

const cache = createLlmCache();
const client = cachedOpenAI(new OpenAI(), { cache });
const model = 'gpt-4o-mini';

const OWN = [{ turns: ['Write a haiku about salt.', 'Now without the word sea.'] }];

async function loadChats(path: string | undefined): Promise<{ turns: string[] }[]> {
  if (path === undefined) return OWN;
  const lines = (await readFile(path, 'utf8')).trim().split('\n');
  return lines.map((line) => JSON.parse(line));
}

async function talk(turns: readonly string[]): Promise<void> {
  const messages: OpenAI.Chat.ChatCompletionMessageParam[] = [];
  for (const content of turns) {
    messages.push({ role: 'user', content });
    const { choices } = await client.chat.completions.create({ model, messages });
    messages.push({ role: 'assistant', content: choices[0]?.message.content ?? '' });
  }
}

const chats = await loadChats(process.env.MT_BENCH);
for (const run of [1, 2]) {
  const before = cache.stats();
  for (const { turns } of chats) await talk(turns);
  const { hits, misses } = cache.stats();
  console.log(`run ${run}:`, { hits: hits - before.hits, misses: misses - before.misses });
}
