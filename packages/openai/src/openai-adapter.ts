import { type Adapter, usageIn } from '@cached-llm/core/adapter';
import { listedEmbeddings, storedAnswerIds } from '@cached-llm/http';
import { rejects } from './admission.ts';
import { cross } from './cross.ts';
import { answers, atOwnHosts, echoes, ignore, isStateful } from './identity.ts';
import { stream } from './stream.ts';

/** OpenAI, and every API in its format: chat completions, responses, embeddings, completions. */
export const openai: Adapter = {
  provider: 'openai',
  ignore,
  atOwnHosts,
  echoes,
  callIds: [
    ...['messages.*.tool_calls.*.id', 'messages.*.tool_call_id'],
    'input.*.call_id', // in the Responses API, of each kind of call and of its output
  ],
  isStateful,
  streamsWhenAsked: true,
  answers,
  accountIds: storedAnswerIds,
  rejects,
  usageOf: usageIn,
  stream,
  cross,
  batch: listedEmbeddings,
};
