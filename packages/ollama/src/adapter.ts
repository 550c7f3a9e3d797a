// @cached-llm/ollama/adapter: describes the provider to whoever sends requests without its SDK, such as a proxy.
// Nothing here may import an SDK, because none need be installed.

import type { Adapter } from '@cached-llm/core/adapter';
import { rejects, usageOf } from './admission.ts';
import { batch } from './embeddings.ts';
import { answers, ignore } from './identity.ts';
import { stream } from './stream.ts';

/** Ollama: chat, generate and embeddings. */
export const ollama: Adapter = {
  provider: 'ollama',
  ignore,
  callIds: ['messages.*.tool_calls.*.id', 'messages.*.tool_call_id'], // LangChain writes them
  temperature: 'options.temperature',
  answers,
  rejects,
  usageOf,
  stream,
  batch,
};
