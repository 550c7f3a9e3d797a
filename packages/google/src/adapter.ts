// @cached-llm/google/adapter: describes the provider to whoever sends requests without its SDK, such as a proxy.
// Nothing here may import an SDK, because none need be installed.

import type { Adapter } from '@cached-llm/core/adapter';
import { rejects, usageOf } from './admission.ts';
import { cross } from './cross.ts';
import { batch } from './embeddings.ts';
import { answers, atOwnHosts, ignore, isStateful, modelOf } from './identity.ts';
import { stream } from './stream.ts';

/** Gemini, on the Gemini API and on Vertex AI: content, streamed or not, embeddings and counts of tokens. */
export const google: Adapter = {
  provider: 'google',
  ignore,
  atOwnHosts,
  callIds: ['contents.*.parts.*.functionCall.id', 'contents.*.parts.*.functionResponse.id'],
  temperature: 'generationConfig.temperature',
  modelOf,
  timesOutByAbort: true,
  isStateful,
  answers,
  rejects,
  usageOf,
  stream,
  cross,
  batch,
};
