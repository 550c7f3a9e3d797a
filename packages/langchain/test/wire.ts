import {
  chatAnswer,
  chatEvents,
  startWireServer,
  type WireServer,
  type WireTrial,
  wireTrial,
} from '@cached-llm/testing';
import { ChatAnthropic } from '@langchain/anthropic';
import { ChatOpenAI, type ChatOpenAIFields } from '@langchain/openai';

export const SECRET = 'sk-test-secret';

/** Models as an application makes them, against a server on this machine. */
export function chatOpenAI(
  { url }: Pick<WireServer, 'url'>,
  fields: ChatOpenAIFields = {},
): ChatOpenAI {
  const configuration = { baseURL: `${url}/v1`, ...fields.configuration };
  return new ChatOpenAI({
    model: 'gpt-test',
    apiKey: SECRET,
    maxRetries: 0,
    ...fields,
    configuration,
  });
}

export function chatAnthropic(
  { url }: Pick<WireServer, 'url'>,
  fields: ConstructorParameters<typeof ChatAnthropic>[0] = {},
): ChatAnthropic {
  const clientOptions = { baseURL: url, ...(fields as { clientOptions?: object }).clientOptions };
  return new ChatAnthropic({
    model: 'claude-test',
    apiKey: SECRET,
    maxRetries: 0,
    ...(fields as object),
    clientOptions,
  });
}

/** A cache and a server. Each test makes its own models. */
export type Wire = WireTrial<WireServer, unknown>;

/** Runs a test with a server and a cache. */
export const withWire = wireTrial(startWireServer, (): unknown => undefined);

/** Repeats the messages, so that a wrong answer is visible. It is a stream where the request asks for one. */
export function echo({ json }: { readonly json: unknown }) {
  const { messages, stream } = json as {
    readonly messages: readonly { readonly content: unknown }[];
    readonly stream?: boolean;
  };
  const asked = JSON.stringify(messages.map(({ content }) => content));
  return stream === true
    ? { kind: 'sse' as const, body: chatEvents(['You asked: ', asked]) }
    : { body: chatAnswer(`You asked: ${asked}`) };
}

export function message(text: string, stop_reason = 'end_turn') {
  return {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude-test',
    content: [{ type: 'text', text }],
    stop_reason,
    stop_sequence: null,
    usage: { input_tokens: 5, output_tokens: 3 },
  };
}
