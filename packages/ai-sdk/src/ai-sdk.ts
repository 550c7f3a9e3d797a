import type { Adapter } from '@cached-llm/core';
import { rejects, usageOf } from './admission.ts';
import { cross } from './cross.ts';
import { ignore, isStateful } from './identity.ts';
import { stream } from './stream.ts';

/** The AI SDK's own language between its functions and any provider: `LanguageModelV4`, `EmbeddingModelV4`. */
export const aiSdk: Adapter = {
  provider: 'ai-sdk',
  ignore,
  isStateful,
  rejects,
  usageOf,
  stream,
  cross,
};
