import { type RedisServer, startRedis, startWireServer } from '@cached-llm/testing';
import { answerOnEveryWire, startBedrock } from '../every-wire.ts';

/** What the servers answer to the questions of the pages, so that the output that a page prints can be compared. */
const ANSWERS: Readonly<Record<string, string>> = {
  'Why is the sea salty?': 'The sea is salty because rivers carry minerals into it.',
};

const answerTo = (question: string) => ANSWERS[question] ?? `You asked: ${question}`;

/** Local servers in place of all providers. */
export interface Providers {
  readonly environment: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

export async function startProviders(): Promise<Providers> {
  const server = await startWireServer({
    answer: (request) => answerOnEveryWire(request, answerTo),
  });
  const bedrock = await startBedrock(answerTo);
  const keys = ['OPENAI', 'ANTHROPIC', 'GEMINI', 'MISTRAL', 'CO', 'GROQ', 'OPENROUTER'];
  const environment = {
    ...Object.fromEntries(keys.map((name) => [`${name}_API_KEY`, 'sk-none'])),
    SNIPPET_SERVER_URL: server.url,
    AWS_ENDPOINT_URL_BEDROCK_RUNTIME: bedrock.url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'none',
    AWS_SECRET_ACCESS_KEY: 'none',
  };
  const close = async () => {
    bedrock.close();
    await server.close();
  };
  return { environment, close };
}

/** A Redis for a program that uses one. */
export async function redisFor(code: string): Promise<RedisServer | undefined> {
  return /redis|valkey/i.test(code) ? startRedis() : undefined;
}
