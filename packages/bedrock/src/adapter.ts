import type { Adapter, Fields } from '@cached-llm/core/adapter';
import { rejects, usageOf } from './admission.ts';
import { answers, ignore, isStateful } from './identity.ts';
import { instances } from './response-codec.ts';
import { stream } from './stream.ts';

/** AWS Bedrock's runtime: Converse and InvokeModel, streamed or not, of every family of models. */
export const bedrock: Adapter = {
  provider: 'bedrock',
  ignore,
  callIds: [
    ...['messages.*.content.*.toolUse.toolUseId', 'messages.*.content.*.toolResult.toolUseId'],
    ...['body.messages.*.content.*.id', 'body.messages.*.content.*.tool_use_id'], // Anthropic's models
    ...['body.messages.*.tool_calls.*.id', 'body.messages.*.tool_call_id'], // OpenAI's and Mistral's models
  ],
  temperature: 'inferenceConfig.temperature',
  modelOf: ({ modelId }: Fields) => (typeof modelId === 'string' ? modelId : undefined),
  isStateful,
  answers,
  rejects,
  usageOf,
  stream,
  instances,
};
