import { createRequire } from 'node:module';
import {
  ApplyGuardrailCommand,
  BedrockRuntime,
  BedrockRuntimeClient,
  CountTokensCommand,
} from '@aws-sdk/client-bedrock-runtime';
import { bedrock, cachedBedrock } from '@cached-llm/bedrock';
import { createLlmCache } from '@cached-llm/core';
import { manualClock, startWireServer } from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import {
  clientOf,
  converse,
  converseAnswer,
  converseEvents,
  converseStream,
  credentials,
  eventsOf,
  invoke,
  question,
  withWire,
} from './wire.ts';

const answer = () => ({ body: converseAnswer() });

describe('a repeated call', () => {
  const PROMPT = 'arn:aws:bedrock:eu-west-1:123456789012:prompt/PROMPT1234';

  test.each<[string, object, number]>([
    ['a draft of a prompt', { modelId: PROMPT }, 2],
    ['a version of a prompt', { modelId: `${PROMPT}:3` }, 1],
    ['a draft of a guardrail', { guardrailConfig: { guardrailVersion: 'DRAFT' } }, 2],
    ['a version of a guardrail', { guardrailConfig: { guardrailVersion: '2' } }, 1],
  ])(
    'is no hit if it depends on what changes at the provider: %s',
    async (_what, fields, count) => {
      await withWire(answer, async ({ client, server }) => {
        for (const _round of [1, 2]) await client.send(converse(fields));
        expect(server.count).toBe(count);
      });
    },
  );

  test('is answered for callbacks and for the methods of BedrockRuntime', async () => {
    await withWire(answer, async ({ cache, server }) => {
      const config = { region: 'eu-west-1', endpoint: server.url, credentials };
      const client = cachedBedrock(new BedrockRuntime(config), { cache });
      expect(client).toBeInstanceOf(BedrockRuntime);
      const first = await client.converse(question);
      const second = await new Promise((resolve, reject) => {
        client.send(converse(), (error: unknown, data: unknown) =>
          error ? reject(error) : resolve(data),
        );
      });
      const third = await new Promise((resolve, reject) => {
        client.converse(question, (error: unknown, data: unknown) =>
          error ? reject(error) : resolve(data),
        );
      });
      expect([second, third]).toStrictEqual([first, first]);
      expect(server.count).toBe(1);
      client.destroy();
    });
  });

  test('needs no credentials, and is shared by clients with other credentials', async () => {
    await withWire(answer, async ({ client, cache, server }) => {
      const first = await client.send(converse());
      const none = async () => {
        throw new Error('No credentials here.');
      };
      const strangers = [none, { accessKeyId: 'another', secretAccessKey: 'another' }];
      for (const credentials of strangers) {
        const stranger = cachedBedrock(clientOf(server, { credentials }), { cache });
        expect(await stranger.send(converse())).toStrictEqual(first);
      }
      expect(server.count).toBe(1);
    });
  });

  test('returns bytes with their methods, and pictures as bytes', async () => {
    const said = { content: [{ type: 'text', text: 'Hellö' }], stop_reason: 'end_turn' };
    await withWire(
      () => ({ body: said }),
      async ({ client, server }) => {
        const first = await client.send(invoke({ messages: [] }));
        const second = await client.send(invoke({ messages: [] }));
        expect(second).toStrictEqual(first);
        expect(second.body.constructor).toBe(first.body.constructor);
        expect(JSON.parse(second.body.transformToString())).toEqual(said);
        expect(second.body.transformToString('base64')).toBe(
          first.body.transformToString('base64'),
        );
        expect([second.contentType, server.count]).toEqual(['application/json', 1]);
      },
    );
    const content = [{ image: { format: 'png', source: { bytes: 'AQID' } } }];
    const body = converseAnswer({ output: { message: { role: 'assistant', content } } });
    await withWire(
      () => ({ body }),
      async ({ client, server }) => {
        const first = await client.send(converse());
        const second = await client.send(converse());
        expect(second).toStrictEqual(first);
        const source = second.output?.message?.content?.[0]?.image?.source;
        expect([source?.bytes, server.count]).toEqual([new Uint8Array([1, 2, 3]), 1]);
      },
    );
  });

  test('is a hit for the same command and the same object, sent twice', async () => {
    await withWire(answer, async ({ client, server }) => {
      const command = converse();
      const before = JSON.stringify(command.input);
      await client.send(command);
      await client.send(command);
      expect([server.count, JSON.stringify(command.input)]).toEqual([1, before]);
    });
  });

  test('has the key of the request as it was sent, although the caller changes it afterwards', async () => {
    await withWire(answer, async ({ client, server }) => {
      const messages = [{ role: 'user' as const, content: [{ text: 'first' }] }];
      const asking = client.send(converse({ messages }));
      messages[0] = { role: 'user', content: [{ text: 'second' }] };
      await asking;
      await client.send(converse({ messages }));
      expect(server.requests.map(({ body }) => /first|second/.exec(body)?.[0])).toEqual([
        'first',
        'second',
      ]);
    });
  });
});

describe('the key', () => {
  const both = async (one: object, other: object) => {
    let count = 0;
    await withWire(answer, async ({ client, server }) => {
      await client.send(converse(one));
      await client.send(converse(other));
      count = server.count;
    });
    return count;
  };
  const picture = (byte: number) => {
    const image = { format: 'png', source: { bytes: new Uint8Array([byte]) } };
    return { messages: [{ role: 'user', content: [{ image }] }] };
  };
  const extra = (fields: object) => ({ additionalModelRequestFields: fields });

  test.each([
    [
      'another user of Anthropic',
      extra({ metadata: { user_id: 'a' } }),
      extra({ metadata: { user_id: 'b' } }),
    ],
    [
      'bytes in another class',
      picture(1),
      {
        messages: [
          {
            role: 'user',
            content: [{ image: { format: 'png', source: { bytes: Buffer.from([1]) } } }],
          },
        ],
      },
    ],
  ])('is the same for %s', async (_name, one, other) => {
    expect(await both(one, other)).toBe(1);
  });

  const bodies = async (one: string | Uint8Array, other: string | Uint8Array) => {
    const body = { generation: 'Hello', stop_reason: 'stop' };
    let count = 0;
    await withWire(
      () => ({ body }),
      async ({ client, server }) => {
        await client.send(invoke('', { body: one }));
        await client.send(invoke('', { body: other }));
        count = server.count;
      },
    );
    return count;
  };

  test.each([
    ['in another order', '{"prompt":"Hi","top_p":1}', '{ "top_p": 1, "prompt": "Hi" }'],
    ['as bytes', '{"prompt":"Hi"}', Buffer.from('{"prompt":"Hi"}')],
    [
      'with a temperature equal to two decimals',
      '{"prompt":"Hi","temperature":0.7}',
      '{"prompt":"Hi","temperature":0.7000001}',
    ],
  ])('is the same for a body %s', async (_name, one, other) => {
    expect(await bodies(one, other)).toBe(1);
  });

  test.each([
    ['a prompt', '{"prompt":"Hi"}', '{"prompt":"Ho"}'],
    ['a seed that a double cannot hold', '{"seed":9007199254740992}', '{"seed":9007199254740993}'],
    ['bytes that are not text', new Uint8Array([255]), new Uint8Array([254])],
    ['text that is not JSON', 'one', 'other'],
  ])('differs by %s of a body', async (_name, one, other) => {
    expect(await bodies(one, other)).toBe(2);
  });

  test('differs by region, by endpoint and by streaming', async () => {
    await withWire(
      ({ path }) => (path.endsWith('stream') ? { events: converseEvents() } : answer()),
      async ({ client, cache, server }) => {
        await client.send(converse());
        const clients = [
          clientOf(server, { region: 'us-east-1' }),
          clientOf(server, { endpoint: `${server.url}/gateway` }),
        ];
        for (const other of clients) await cachedBedrock(other, { cache }).send(converse());
        expect(server.count).toBe(3);
        const { chunks } = await eventsOf(client, converseStream());
        expect([chunks.length, server.count]).toEqual([6, 4]);
      },
    );
  });

  test('differs by scope, and leaves out the fields that `ignore` names', async () => {
    await withWire(answer, async ({ cache, server }) => {
      const ask = (options: object, fields = {}) =>
        cachedBedrock(clientOf(server), { cache, ...options }).send(converse(fields));
      await ask({ scope: 'one' });
      await ask({ scope: 'other' });
      expect(server.count).toBe(2);
      await ask({ ignore: ['brandNew'] }, { brandNew: 1 });
      await ask({ ignore: ['brandNew'] }, { brandNew: 2 });
      expect(server.count).toBe(3);
    });
  });
});

describe('an answer that is not worth storing', () => {
  const toolConfig = { tools: [{ systemTool: { name: 'nova_grounding' } }] };

  test.each([
    ['truncated', { stopReason: 'max_tokens' }, {}],
    ['truncated', { stopReason: 'model_context_window_exceeded' }, {}],
    ['filtered', { stopReason: 'guardrail_intervened' }, {}],
    ['filtered', { stopReason: 'content_filtered' }, {}],
    ['malformed', { stopReason: 'malformed_tool_use' }, {}],
    ['incomplete', { stopReason: undefined }, {}],
    ['empty', { output: { message: { role: 'assistant', content: [] } } }, {}],
    ['empty', { output: { message: { role: 'assistant', content: [{ text: '' }] } } }, {}],
    ['hosted-tool', {}, { toolConfig }],
    ['truncated', { stopReason: 'max_tokens' }, { toolConfig }],
  ])('is %s: %j', (reason, fields, asked) => {
    expect(bedrock.rejects(converseAnswer(fields), asked)).toBe(reason);
  });

  test('is retried by the SDK, and only the good answer is stored', async () => {
    let calls = 0;
    const flaky = () => {
      calls += 1;
      return calls < 3 ? { status: 500, body: { message: 'no' } } : answer();
    };
    await withWire(flaky, async ({ cache, server }) => {
      const client = cachedBedrock(clientOf(server, { maxAttempts: 3 }), { cache });
      await client.send(converse());
      await client.send(converse());
      expect(server.count).toBe(3);
    });
  });
});

test('a stale answer is served while the provider is overloaded', async () => {
  let isDown = false;
  const answers = () => (isDown ? { status: 429, body: { message: 'slow' } } : answer());
  await withWire(answers, async ({ server, story }) => {
    const clock = manualClock();
    const cache = createLlmCache({ now: clock.now, ttl: '1m', staleIfError: '1h' });
    cache.on('stale', () => story.push('stale'));
    const client = cachedBedrock(clientOf(server), { cache });
    const first = await client.send(converse());
    isDown = true;
    clock.advance(120_000);
    expect(await client.send(converse())).toStrictEqual(first);
    expect([server.count, story]).toEqual([2, ['stale']]);
  });
});

test('HTTP/1.1 works as HTTP/2 does', async () => {
  const server = await startWireServer({ answer });
  const fromHere = createRequire(import.meta.url);
  const fromSdk = createRequire(fromHere.resolve('@aws-sdk/client-bedrock-runtime'));
  const { NodeHttpHandler } = fromSdk('@smithy/node-http-handler');
  const requestHandler = new NodeHttpHandler();
  const client = cachedBedrock(clientOf(server, { requestHandler }), { cache: createLlmCache() });
  const [first, second] = await Promise.all([client.send(converse()), client.send(converse())]);
  expect(second).toStrictEqual(first);
  expect(server.count).toBe(1);
  client.destroy();
  await server.close();
});

describe('a command that the cache does not answer', () => {
  test('is sent each time where it is another command', async () => {
    const other = ({ path }: { path: string }) =>
      path.endsWith('count-tokens')
        ? { body: { inputTokens: 3 } }
        : { body: { action: 'NONE', outputs: [], assessments: [], usage: {} } };
    await withWire(other, async ({ client, server, story }) => {
      const { modelId, messages } = question;
      for (const _round of [1, 2]) {
        const count = new CountTokensCommand({ modelId, input: { converse: { messages } } });
        expect((await client.send(count)).inputTokens).toBe(3);
        const guardrail = { guardrailIdentifier: 'g', guardrailVersion: '1', content: [] };
        await client.send(new ApplyGuardrailCommand({ ...guardrail, source: 'INPUT' }));
      }
      expect([server.count, story]).toEqual([4, []]);
    });
  });

  test('is sent unchanged where it cannot be encoded or `when` excludes it', async () => {
    class Odd {
      readonly secret = () => 1;
    }
    await withWire(answer, async ({ client, cache, server, story }) => {
      await client.send(converse({ promptVariables: new Odd() })).catch(() => {});
      const cycle: { self?: unknown } = {};
      cycle.self = cycle;
      await client.send(converse({ brandNew: cycle }));
      const choosy = cachedBedrock(clientOf(server), { cache, when: () => false });
      await choosy.send(converse());
      await cachedBedrock(clientOf(server), { cache, mode: 'off' }).send(converse());
      expect(story).toEqual(['bypass', 'bypass']);
    });
  });

  test('fails with the error of the SDK where its configuration is wrong', async () => {
    const client = cachedBedrock(
      new BedrockRuntimeClient({
        credentials,
        region: async () => {
          throw new Error('Region is missing');
        },
      }),
    );
    await expect(client.send(converse())).rejects.toThrow('Region is missing');
  });
});

test('the options of a later call replace the earlier ones', async () => {
  await withWire(answer, async ({ client, cache, server, story }) => {
    expect(cachedBedrock(client, { cache, mode: 'off' })).toBe(client);
    await client.send(converse());
    await client.send(converse());
    expect([server.count, story]).toEqual([2, []]);
  });
});

test('an invalid option is refused when the client is cached', () => {
  const client = clientOf({ url: 'http://127.0.0.1:9' });
  expect(() => cachedBedrock(client, { cache: createLlmCache(), ttl: 'soon' as never })).toThrow(
    'soon',
  );
});
