import { expect, test } from '@jest/globals';
import { answerOnEveryWire, startBedrock } from './every-wire.ts';
import { exampleRuns } from './run-example.ts';

const examples = exampleRuns(answerOnEveryWire);

const SALTY = 'You asked: Why is the sea salty?\n';
const BLUE = 'You asked: And why is it blue?\n';
const HALF = '{ hits: 2, misses: 2 }\n';

type Row = readonly [
  title: string,
  example: string,
  environment: (url: string) => Record<string, string>,
  output: string,
  requests: number,
];

const CLIENTS: readonly Row[] = [
  [
    'the Anthropic client answers and streams from the store',
    '09-anthropic',
    (url) => ({ ANTHROPIC_API_KEY: 'none', ANTHROPIC_BASE_URL: url }),
    `1 miss ${SALTY}2 hit ${SALTY}${SALTY}stream 1: 7 tokens\n${SALTY}stream 2: 7 tokens\n${HALF}`,
    2,
  ],
  [
    'the Google client answers, chats and streams from the store',
    '10-google',
    (url) => ({ GEMINI_API_KEY: 'none', GOOGLE_GEMINI_BASE_URL: url }),
    `1 miss ${SALTY}2 hit ${SALTY}${BLUE}${BLUE}${HALF}`,
    2,
  ],
  [
    'the Mistral client answers and streams from the store',
    '12-mistral',
    (url) => ({ MISTRAL_API_KEY: 'none', MISTRAL_BASE_URL: url }),
    `true\n${SALTY}${SALTY}${HALF}`,
    2,
  ],
  [
    'the Cohere client answers and streams from the store',
    '13-cohere',
    (url) => ({ CO_API_KEY: 'none', COHERE_BASE_URL: url }),
    `miss hit\n${SALTY}${SALTY}${HALF}`,
    2,
  ],
  [
    'the Ollama client answers and streams from the store',
    '14-ollama',
    (url) => ({ OLLAMA_HOST: url }),
    `true\n${SALTY}${SALTY}${HALF}`,
    2,
  ],
  [
    'the Groq client answers and streams from the store',
    '15-groq',
    (url) => ({ GROQ_API_KEY: 'none', GROQ_BASE_URL: url }),
    `1 miss ${SALTY}2 hit ${SALTY}${SALTY}${SALTY}${HALF}`,
    2,
  ],
  [
    'a model of the AI SDK answers, streams and embeds from the store',
    '16-ai-sdk',
    () => ({}),
    `miss ${SALTY}hit ${SALTY}${SALTY}${SALTY}2\n2\n{ hits: 3, misses: 3 }\n`,
    3,
  ],
  [
    'LangChain answers and streams from the store, through the fetch and through its cache',
    '17-langchain',
    () => ({}),
    `hits: 0 ${SALTY}hits: 1 ${SALTY}${BLUE}${BLUE}${SALTY}${SALTY}{ hits: 3, misses: 3 }\n`,
    3,
  ],
];

test.each(CLIENTS)('%s', async (_title, example, environment, output, requests) => {
  expect(await examples.run(example, environment(examples.server.url))).toBe(output);
  expect(examples.server.count).toBe(requests);
});

test('the Bedrock client sends one request', async () => {
  const { url, paths, close } = await startBedrock();
  const environment = {
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'none',
    AWS_SECRET_ACCESS_KEY: 'none',
    AWS_ENDPOINT_URL_BEDROCK_RUNTIME: url,
  };
  const line = 'You asked: Why is the sea salty? 5\n';
  expect(await examples.run('11-bedrock', environment)).toBe(
    `1 ${line}2 ${line}{ hits: 1, misses: 1 }\n`,
  );
  expect(paths).toEqual(['/model/amazon.nova-lite-v1%3A0/converse']);
  close();
});
