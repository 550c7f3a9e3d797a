import { cachedOpenAI } from '@cached-llm/openai';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { OpenAI } from 'openai';
import { clientOf } from './wire.ts';

const server = { url: 'http://localhost:1' };

describe('a client with methods that another library replaced', () => {
  const { emitWarning } = process;
  let warnings: string[] = [];
  beforeEach(() => {
    warnings = [];
    process.emitWarning = (warning: unknown) => {
      warnings.push(String(warning));
    };
  });
  afterEach(() => {
    process.emitWarning = emitWarning;
  });

  const told = () => warnings.filter((each) => each.includes('makes a new client'));

  test.each<[string, (client: OpenAI) => object]>([
    ['chat.completions.create', (client) => client.chat.completions],
    ['responses.create', (client) => client.responses],
    ['embeddings.create', (client) => client.embeddings],
  ])('is named in one warning: %s', (name, resourceOf) => {
    const client = clientOf(server);
    Object.assign(resourceOf(client), { create: async () => undefined });
    cachedOpenAI(client);
    expect(told()).toEqual([
      `cachedOpenAI makes a new client, which lacks the methods that were put over those of the SDK: ${name}. Apply the library that replaces them to the client that cachedOpenAI returns.`,
    ]);
  });

  test('is not meant where nothing was replaced, or where the class was', () => {
    cachedOpenAI(clientOf(server));
    cachedOpenAI(cachedOpenAI(clientOf(server)));
    const { create } = OpenAI.Chat.Completions.prototype;
    OpenAI.Chat.Completions.prototype.create = create;
    cachedOpenAI(clientOf(server));
    expect(told()).toEqual([]);
  });
});
