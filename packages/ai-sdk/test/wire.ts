import { createOpenAI, type OpenAIProviderSettings } from '@ai-sdk/openai';
import {
  chatAnswer,
  chatEvents,
  oneByOne,
  type RecordedAnswer,
  recordedAnswers,
  startWireServer,
  type WireServer,
  type WireTrial,
  wireTrial,
} from '@cached-llm/testing';

export const SECRET = 'sk-test-secret';

/** A provider as an application makes it, against a server on this machine. */
export function providerOf({ url }: Pick<WireServer, 'url'>, options: OpenAIProviderSettings = {}) {
  return createOpenAI({ apiKey: SECRET, baseURL: `${url}/v1`, ...options });
}

/** A provider with a cache beside it. */
export type Wire = WireTrial<WireServer, ReturnType<typeof providerOf>>;

/** Runs a test with a provider, a server and a cache. */
export const withWire = wireTrial(startWireServer, ({ server }) => providerOf(server));

/** A whole answer or a stream, as the request says. */
export function answerChat(pieces: readonly string[], finish?: string) {
  return ({ json }: { json: unknown }) =>
    (json as { stream?: boolean }).stream === true
      ? { kind: 'sse' as const, body: chatEvents(pieces, finish) }
      : { body: chatAnswer(pieces.join(''), {}, finish) };
}

/** Some files hold the responses of several requests, one after the other. */
export const openaiAnswers = (): readonly RecordedAnswer[] =>
  recordedAnswers('openai').flatMap((answer) =>
    answer.sub === 'responses'
      ? oneByOne(answer, /^response\.(completed|incomplete|failed)$/)
      : [answer],
  );
