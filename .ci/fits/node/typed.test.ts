import { test } from 'node:test';
import * as core from '@cached-llm/core';
import type { Adapter } from '@cached-llm/core/adapter';
import { MemoryStore } from '@cached-llm/core/store';
import { cachedOpenAI, openai } from '@cached-llm/openai';
import { trial } from 'fits-trial';
import { OpenAI } from 'openai';

const adapter: Adapter = openai;
const store = new MemoryStore({ maxEntries: 10 });

test('calls of TypeScript are cached', async () => {
  if (adapter.provider !== 'openai') throw new Error(adapter.provider);
  await trial({ core, openai: { OpenAI, cachedOpenAI }, store });
});
