import {
  type Adapter,
  type Fields,
  fieldsOf,
  finishReasons,
  isFields,
  listOf,
  type ModelMessage,
  type Rejection,
  rejectContent,
  rejectFinish,
  worstOf,
} from '@cached-llm/core/adapter';
import type { AIMessage, BaseMessage } from '@langchain/core/messages';
import type { Generation } from '@langchain/core/outputs';

/** The generation of a chat model has a message. That of any other model has a text alone. */
type AnyGeneration = Generation & { readonly message?: BaseMessage };

/** An answer of the Responses API has a status, and a reason where it is incomplete. */
function statusesOf({ status, incomplete_details: details }: Fields): readonly unknown[] {
  const reason = fieldsOf(details).reason ?? status;
  return typeof reason === 'string' ? [reason] : [];
}

function rejectEnding({ generationInfo, message }: AnyGeneration): Rejection | undefined {
  const metadata = fieldsOf(message?.response_metadata);
  const reasons = [generationInfo, metadata].flatMap(finishReasons);
  return [...reasons, ...statusesOf(metadata)]
    .map(rejectFinish)
    .find((rejection) => rejection !== undefined);
}

const HOSTED_BLOCK =
  /^(server_tool|web_search|web_fetch|file_search|image_generation|code_|bash_code|mcp_)/;

function usedHostedTool(message: BaseMessage): boolean {
  const { additional_kwargs: extra, response_metadata: metadata } = message;
  const isHosted = (block: unknown) => HOSTED_BLOCK.test(String(fieldsOf(block).type));
  const isGrounded = fieldsOf(metadata).groundingMetadata !== undefined;
  return (
    isGrounded || listOf(extra.tool_outputs).length > 0 || listOf(message.content).some(isHosted)
  );
}

/** The calls that LangChain could read in a message, and those that it could not. Only a message of a model has any. */
const callsIn = (message: BaseMessage | undefined) =>
  (message ?? {}) as Partial<Pick<AIMessage, 'tool_calls' | 'invalid_tool_calls'>>; // both are checked for

/** What the model said, as LangChain has read it. Blocks that are calls stand beside the content, too. */
function saidIn({ text, message }: AnyGeneration): ModelMessage {
  const extra = fieldsOf(message?.additional_kwargs);
  const { tool_calls: read = [] } = callsIn(message);
  const calls = read.map(({ name, args }) => ({ name, input: args }));
  const { function_call: legacy } = extra;
  const old = isFields(legacy) ? [{ name: legacy.name, input: legacy.arguments }] : [];
  const reason = [fieldsOf(message?.response_metadata)].flatMap(finishReasons)[0];
  const content = [message?.content ?? text, extra.audio];
  return { content, calls: calls.length > 0 ? calls : old, reason };
}

function rejectGeneration(generation: AnyGeneration, request: unknown): Rejection | undefined {
  const { message } = generation;
  const { invalid_tool_calls: invalid = [] } = callsIn(message);
  const said = rejectContent(saidIn(generation), request);
  return worstOf([
    rejectEnding(generation),
    message?.additional_kwargs.refusal ? 'refusal' : undefined,
    invalid.length > 0 ? 'malformed' : said,
    message !== undefined && usedHostedTool(message) ? 'hosted-tool' : undefined,
  ]);
}

/** What may be stored. LangChain's own caches store every answer, also one that was cut at the limit. */
export const admission: Pick<Adapter, 'rejects'> = {
  rejects(generations, request) {
    const all = listOf(generations) as readonly AnyGeneration[]; // what `update` is given
    if (all.length === 0) return 'empty';
    return worstOf(all.map((generation) => rejectGeneration(generation, request)));
  },
};
