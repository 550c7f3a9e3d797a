// @cached-llm/anthropic/adapter: describes the provider to whoever sends requests without its SDK, such as a proxy.
// Nothing here may import an SDK, because none need be installed.

import { type Adapter, usageIn } from '@cached-llm/core/adapter';
import { rejects } from './admission.ts';
import { cross } from './cross.ts';
import { answers, atOwnHosts, ignore, isStateful, modelOf } from './identity.ts';
import { stream } from './stream.ts';

/** Anthropic's Messages API, on any platform: messages, streamed or not, and counts of tokens. */
export const anthropic: Adapter = {
  provider: 'anthropic',
  ignore,
  atOwnHosts,
  modelOf,
  callIds: ['messages.*.content.*.id', 'messages.*.content.*.tool_use_id'],
  isStateful,
  streamsWhenAsked: true,
  answers,
  rejects,
  usageOf: usageIn,
  stream,
  cross,
};
