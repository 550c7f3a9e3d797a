// @cached-llm/cohere/adapter: describes the provider to whoever sends requests without its SDK, such as a proxy.
// Nothing here may import an SDK, because none need be installed.

import type { Adapter } from '@cached-llm/core/adapter';
import { rejects, usageOf } from './admission.ts';
import { batch } from './embeddings.ts';
import { answers, ignore, isStateful } from './identity.ts';
import { stream } from './stream.ts';

/** Cohere: chat, embed and rerank, of the second and of the first version. */
export const cohere: Adapter = {
  provider: 'cohere',
  ignore,
  callIds: [
    ...['messages.*.tool_calls.*.id', 'messages.*.tool_call_id'],
    ...['messages.*.toolCalls.*.id', 'messages.*.toolCallId'], // as the SDK names them
  ],
  isStateful,
  streamsWhenAsked: true,
  answers,
  rejects,
  usageOf,
  stream,
  batch,
};
