// @cached-llm/mistral/adapter: describes the provider to whoever sends requests without its SDK, such as a proxy.
// Nothing here may import an SDK, because none need be installed.

import { type Adapter, usageIn } from '@cached-llm/core/adapter';
import { listedEmbeddings } from '@cached-llm/http';
import { rejects } from './admission.ts';
import { answers, atOwnHosts, ignore, isStateful } from './identity.ts';
import { stream } from './stream.ts';

/** Mistral: chat, fill-in-the-middle and embeddings. */
export const mistral: Adapter = {
  provider: 'mistral',
  ignore,
  atOwnHosts,
  callIds: [
    ...['messages.*.tool_calls.*.id', 'messages.*.tool_call_id'],
    ...['messages.*.toolCalls.*.id', 'messages.*.toolCallId'], // as the SDK names them
  ],
  isStateful,
  streamsWhenAsked: true,
  answers,
  rejects,
  usageOf: usageIn,
  stream,
  batch: listedEmbeddings,
};
