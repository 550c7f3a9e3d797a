import {
  type Adapter,
  type Fields,
  fieldsOf,
  finishReasons,
  listOf,
  type Rejection,
  rejectFinish,
} from '@cached-llm/core/adapter';
import type { BaseMessage } from '@langchain/core/messages';
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

function isEmpty({ text, message }: AnyGeneration): boolean {
  const calls = message !== undefined && 'tool_calls' in message ? message.tool_calls : [];
  const isThought = (block: unknown) => /thinking|reasoning/.test(String(fieldsOf(block).type));
  return text === '' && listOf(calls).length === 0 && listOf(message?.content).every(isThought);
}

function rejectGeneration(generation: AnyGeneration): Rejection | undefined {
  const { message } = generation;
  const ending = rejectEnding(generation);
  if (ending !== undefined) return ending;
  if (message?.additional_kwargs.refusal) return 'refusal';
  if (isEmpty(generation)) return 'empty';
  return message !== undefined && usedHostedTool(message) ? 'hosted-tool' : undefined;
}

/** What may be stored. LangChain's own caches store every answer, also one that was cut at the limit. */
export const admission: Pick<Adapter, 'rejects'> = {
  rejects(generations: unknown) {
    const all = listOf(generations) as readonly AnyGeneration[]; // what `update` is given
    if (all.length === 0) return 'empty';
    return all.map(rejectGeneration).find((rejection) => rejection !== undefined);
  },
};
