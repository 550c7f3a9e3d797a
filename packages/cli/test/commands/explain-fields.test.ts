import { writeFile } from 'node:fs/promises';
import { cachedFetch } from '@cached-llm/http';
import { openai } from '@cached-llm/openai';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { TestStore } from '../test-stores.ts';
import { useTestStores } from '../use-test-stores.ts';

const testStores = useTestStores();

type Request = Readonly<Record<string, any>>;

const tool = (properties: Request, required: readonly string[] = ['city']) => ({
  type: 'function',
  function: { name: 'weather', parameters: { type: 'object', properties, required } },
});
const picture = (data: string) => ({
  type: 'image_url',
  image_url: { url: `data:image/png;base64,${data.repeat(2_000)}`, detail: 'high' },
});

const REQUEST: Request = {
  model: 'gpt-4o',
  temperature: 0.2,
  top_p: 1,
  seed: 7,
  max_tokens: 100,
  stop: ['\n'],
  response_format: {
    type: 'json_schema',
    json_schema: { name: 'sea', schema: { type: 'object' } },
  },
  tools: [tool({ city: { type: 'string' } })],
  tool_choice: 'auto',
  messages: [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: [{ type: 'text', text: 'What is in it?' }, picture('abcd')] },
  ],
};

const [system, user] = REQUEST.messages;
const [text, image] = user.content;
const asking = (...content: readonly unknown[]) => ({ messages: [system, { ...user, content }] });

/** Each change to the request, and the field that `explain` names for it. */
const NEAR_MISSES: readonly (readonly [string, Request])[] = [
  ['model', { model: 'gpt-4o-mini' }],
  ['temperature', { temperature: 0.3 }],
  ['top_p', { top_p: 0.9 }],
  ['seed', { seed: 8 }],
  ['max_tokens', { max_tokens: 101 }],
  ['stop[0]', { stop: ['\n\n'] }],
  ['stop[1]', { stop: ['\n', '.'] }],
  [
    'response_format.type',
    { response_format: { ...REQUEST.response_format, type: 'json_object' } },
  ],
  [
    'response_format.json_schema.schema.type',
    {
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'sea', schema: { type: 'array' } },
      },
    },
  ],
  [
    'tools[0].function.parameters.properties.city.type',
    { tools: [tool({ city: { type: 'number' } })] },
  ],
  [
    'tools[0].function.parameters.required[0]',
    { tools: [tool({ city: { type: 'string' } }, ['town'])] },
  ],
  ['tools[1]', { tools: [...REQUEST.tools, tool({ town: { type: 'string' } })] }],
  ['tool_choice', { tool_choice: 'none' }],
  ['messages[0].content', { messages: [{ ...system, content: 'Be brief!' }, user] }],
  ['messages[0].role', { messages: [{ ...system, role: 'developer' }, user] }],
  ['messages[1].content[0].text', asking({ ...text, text: 'What is in it' }, image)],
  ['messages[1].content[1].image_url.url', asking(text, picture('abce'))],
  [
    'messages[1].content[1].image_url.detail',
    asking(text, { ...image, image_url: { ...image.image_url, detail: 'low' } }),
  ],
  ['messages[2]', { messages: [system, user, { role: 'assistant', content: 'A sea.' }] }],
  ['logprobs', { logprobs: true }],
  ['stream', { stream: true }],
];

const URL = 'https://api.example.com/v1/chat/completions';

async function explained(testStore: TestStore, request: unknown, more = ''): Promise<any> {
  const path = testStores.path('near-miss.json');
  await writeFile(path, JSON.stringify(request));
  const [explanation] = await testStore.json(`explain ${path} ${more}`.trim());
  expect(explanation.state).toBe('absent');
  return explanation.nearest;
}

describe('explain names the field in which the nearest entry differs', () => {
  let testStore: TestStore;
  let key: string;
  beforeAll(async () => {
    testStore = testStores.next('SQLite');
    const identity = { provider: 'openai', operation: 'chat', request: REQUEST };
    key = await testStore.use(async (cache) => {
      await cache.set(identity, { text: 'A sea.' }, { explain: true });
      await cache.set({ provider: 'other', request: 'something else' }, 'x', { explain: true });
      return cache.keyOf(identity) ?? '';
    });
  });

  test.each(NEAR_MISSES)('%s', async (field, change) => {
    const nearest = await explained(testStore, {
      provider: 'openai',
      operation: 'chat',
      request: { ...REQUEST, ...change },
    });
    expect(nearest.key).toBe(key);
    const streamed = field === 'stream' ? ['streamed'] : [];
    const modelled = field === 'model' ? ['model'] : [];
    expect(new Set(nearest.differing)).toEqual(new Set([...modelled, ...streamed, field]));
  });

  test.each([
    ['operation', { operation: 'summarise' }],
    ['version', { version: '2' }],
    ['sample', { sample: 1 }],
  ])('%s', async (field, change) => {
    const identity = { provider: 'openai', operation: 'chat', request: REQUEST, ...change };
    expect(await explained(testStore, identity)).toEqual({ key, differing: [field] });
  });
});

describe('explain --url names the field in which a posted body differs', () => {
  let testStore: TestStore;
  beforeAll(async () => {
    testStore = testStores.next('Redis');
    const message = { role: 'assistant', content: '{"answer":"A sea."}' }; // REQUEST asks for JSON
    const body = { choices: [{ index: 0, message, finish_reason: 'stop' }] };
    await testStore.use(async (cache) => {
      const fetch = cachedFetch({
        cache,
        adapter: openai,
        explain: true,
        fetch: async () => Response.json(body),
      });
      const headers = { accept: 'application/json' };
      const response = await fetch(URL, { method: 'POST', headers, body: JSON.stringify(REQUEST) });
      await response.text();
    });
  });

  test.each([
    ['temperature', { ...REQUEST, temperature: 0.3 }, `--url ${URL}`],
    [
      'messages[0].content',
      { ...REQUEST, messages: [{ ...system, content: '' }, user] },
      `--url ${URL}`,
    ],
    ['operation', REQUEST, `--url ${URL}?api-version=2`],
    ['headers.openai-beta', REQUEST, `--url ${URL} --header openai-beta:assistants=v2`],
  ])('%s', async (field, request, more) => {
    expect((await explained(testStore, request, `--adapter openai ${more}`)).differing).toEqual([
      field,
    ]);
  });

  test('a request that differs only in fields outside of the key is a hit', async () => {
    const path = testStores.path('hit.json');
    await writeFile(path, JSON.stringify({ ...REQUEST, temperature: 0.2000001 }));
    const line = `explain ${path} --adapter openai --url ${URL} --header authorization:secret`;
    expect(await testStore.json(line)).toMatchObject([{ state: 'fresh' }]);
  });

  test('a header that says who asks is in the key, digested, where the answer has ids of one account', async () => {
    const path = testStores.path('response.json');
    await writeFile(path, JSON.stringify({ model: 'm', input: 'Hi' }));
    const url = 'https://api.openai.com/v1/responses';
    const line = `explain ${path} --adapter openai --url ${url} --header authorization:secret`;
    const [{ identity }] = (await testStore.json(line)) as [{ identity: { headers: object } }];
    expect(identity.headers).toEqual({ authorization: expect.stringMatching(/^sha256 [\w-]+$/) });
  });
});
