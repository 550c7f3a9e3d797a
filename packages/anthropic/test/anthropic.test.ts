import Anthropic, { type ClientOptions, type Middleware } from '@anthropic-ai/sdk';
import { betaTool } from '@anthropic-ai/sdk/helpers/beta/json-schema';
import { jsonSchemaOutputFormat } from '@anthropic-ai/sdk/helpers/json-schema';
import { MessageStream } from '@anthropic-ai/sdk/lib/MessageStream';
import { cachedAnthropic } from '@cached-llm/anthropic';
import { createLlmCache } from '@cached-llm/core';
import { countEntries, type ReceivedRequest, startWireServer, until } from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import { clientOf, events, json, message, question, sse, withWire } from './wire.ts';

const answer = () => json(message(), { 'request-id': 'req_7', 'set-cookie': 'a=b' });
const streamed = { ...question, stream: true as const };

describe('a client of the Anthropic SDK', () => {
  test('does not change the given client, and runs its middleware outside the cache', async () => {
    const server = await startWireServer({ answer });
    let seen = 0;
    const own = clientOf(server, {
      middleware: [
        (request: never, next: (request: never) => Promise<Response>) => {
          seen += 1;
          return next(request);
        },
      ],
    });
    const client = cachedAnthropic(own, { cache: createLlmCache() });
    for (const _round of [1, 2]) await client.messages.create(question);
    expect(client).toBeInstanceOf(Anthropic);
    expect([seen, server.count, own.middleware.length]).toEqual([2, 1, 1]);
    await own.messages.create(question);
    expect(server.count).toBe(2);
    await server.close();
  });

  test('is cached once, however often it is passed', async () => {
    await withWire({ answer }, async ({ client, server, story }) => {
      const other = createLlmCache();
      const twice = cachedAnthropic(cachedAnthropic(client, { cache: other }), { cache: other });
      for (const _round of [1, 2]) await twice.messages.create(question);
      expect([server.count, other.stats().hits, story]).toEqual([1, 1, []]);
    });
  });

  test('does not count a look-up in a store that hangs as part of the timeout of the request', async () => {
    const server = await startWireServer({ answer });
    const store = new Map<string, unknown>();
    store.get = () => new Promise(() => {});
    const cache = createLlmCache({ store, storeTimeout: '150ms' });
    const client = cachedAnthropic(clientOf(server, { timeout: 100 }), { cache });
    expect(await client.messages.create(question)).toMatchObject({ id: 'msg_1' });
    expect(server.count).toBe(1);
    await server.close();
  });

  test('states on withResponse() where an answer comes from', async () => {
    await withWire({ answer }, async ({ client, server }) => {
      const live = await client.messages.create(question).withResponse();
      const hit = await client.messages.create(question).withResponse();
      expect(live.response.headers.get('x-cached-llm')).toBe('miss');
      expect(hit.response.headers.get('x-cached-llm')).toBe('hit');
      expect(hit.response.headers.get('set-cookie')).toBeNull();
      expect(hit.response.url).toBe(`${server.url}/v1/messages`);
      expect([live.request_id, hit.request_id]).toEqual(['req_7', null]);
      expect(hit.response.headers.get('x-cached-llm-first-request-id')).toBe('req_7');
      expect(await (await client.messages.create(question).asResponse()).json()).toEqual(message());
    });
  });

  test('parses a structured answer from the store', async () => {
    const format = jsonSchemaOutputFormat({
      type: 'object',
      properties: { mood: { type: 'string' } },
      required: ['mood'],
      additionalProperties: false,
    });
    const content = [{ type: 'text', text: '{"mood":"calm"}' }];
    await withWire({ answer: () => json(message({ content })) }, async ({ client, server }) => {
      for (const _round of [1, 2]) {
        const parsed = await client.messages.parse({ ...question, output_config: { format } });
        expect(parsed.parsed_output).toEqual({ mood: 'calm' });
      }
      expect(server.count).toBe(1);
    });
  });

  test('counts tokens of a repeated request only once', async () => {
    await withWire({ answer: () => json({ input_tokens: 14 }) }, async ({ client, server }) => {
      const { max_tokens: _unused, ...counted } = question;
      for (const _round of [1, 2]) {
        expect(await client.messages.countTokens(counted)).toEqual({ input_tokens: 14 });
      }
      expect(server.requests.map(({ path }) => path)).toEqual(['/v1/messages/count_tokens']);
    });
  });

  test('separates beta messages from stable ones, and each beta flag from the others', async () => {
    await withWire({ answer }, async ({ client, server }) => {
      for (const _round of [1, 2]) {
        await client.messages.create(question);
        await client.beta.messages.create({ ...question, betas: ['one-2026-01-01'] });
        await client.beta.messages.create({ ...question, betas: ['two-2026-01-01'] });
      }
      expect(server.count).toBe(3);
    });
  });

  test.each([
    [
      'with the whole history in each turn, and its answers come from the store',
      { thread: false as const },
      2,
    ],
    ['over a thread that the provider stores, which bypasses the cache', {}, 4],
  ])('runs local tools in toolRunner: %s', async (_name, thread, requests) => {
    const call = { type: 'tool_use', id: 'toolu_1', name: 'now', input: { zone: 'UTC' } };
    const turn = ({ body }: ReceivedRequest) =>
      json(
        body.includes('tool_result')
          ? message({ content: [{ type: 'text', text: 'It is noon.' }] })
          : message({ content: [call], stop_reason: 'tool_use' }),
      );
    await withWire({ answer: turn }, async ({ client, server }) => {
      let runs = 0;
      const now = betaTool({
        name: 'now',
        description: 'The time',
        inputSchema: { type: 'object', properties: { zone: { type: 'string' } } },
        run: () => {
          runs += 1;
          return 'noon';
        },
      });
      for (const _round of [1, 2]) {
        const final = await client.beta.messages.toolRunner({
          ...question,
          ...thread,
          tools: [now],
        });
        expect(final.content).toEqual([{ type: 'text', text: 'It is noon.' }]);
      }
      expect([runs, server.count]).toEqual([2, requests]);
    });
  });

  test('clones made with withOptions() are cached like it', async () => {
    await withWire({ answer }, async ({ client, server }) => {
      await client.withOptions({ timeout: 5_000 }).messages.create(question);
      await client.messages.create(question, { timeout: 7_000, maxRetries: 1 });
      expect(server.count).toBe(1);
    });
  });
});

describe('a stream', () => {
  const answer = () => sse(events());

  test('has a native .stream() with events, final message and final text', async () => {
    await withWire({ answer }, async ({ client, server }) => {
      const ask = async () => {
        const texts: string[] = [];
        const stream = client.messages.stream(question).on('text', (text) => texts.push(text));
        expect(stream).toBeInstanceOf(MessageStream);
        const final = await stream.finalMessage();
        return { texts, final, text: await stream.finalText(), id: stream.request_id };
      };
      const first = await ask();
      expect(await ask()).toEqual({ ...first, id: null }); // it is of another request
      expect(first.text).toBe('Rivers bring salt. 🌊');
      expect(first.id).toBe('req_stream');
      expect(first.final.usage.output_tokens).toBe(7);
      expect(server.count).toBe(1);
      const beta = () => client.beta.messages.stream({ ...question, betas: ['b'] }).finalMessage();
      expect(await beta()).toEqual(await beta());
      expect(server.count).toBe(2);
    });
  });

  test('that its own controller aborts is aborted upstream and not stored', async () => {
    await withWire({ answer, latencyPerChunk: 10 }, async ({ client, server, store }) => {
      (await client.messages.create(streamed)).controller.abort();
      await until('the provider is left', () => server.requests[0]?.aborted);
      expect(countEntries(store)).toBe(0);
    });
  });
});

describe('the key', () => {
  test.each([
    ['no stream and stream: false', {}, { stream: false }],
    ['temperatures equal to two decimals', { temperature: 0.7 }, { temperature: 0.7000001 }],
  ])('is the same for %s', async (_name, one, other) => {
    await withWire({ answer }, async ({ client, server }) => {
      for (const fields of [one, other])
        await client.messages.create({ ...question, ...fields } as typeof question);
      expect(server.count).toBe(1);
    });
  });

  test('is the same for a token and an API key, and differs by version header and by body override', async () => {
    await withWire({ answer }, async ({ cache, client, server }) => {
      await client.messages.create(question);
      const own = clientOf(server, { apiKey: null, authToken: 'token' });
      await cachedAnthropic(own, { cache }).messages.create(question);
      expect(server.count).toBe(1);
      await client.messages.create(question, { headers: { 'anthropic-version': '2027-01-01' } });
      await client.messages.create(question, { body: { ...question, system: 'x' } });
      expect(server.count).toBe(3);
    });
  });

  test('covers the request as the middleware of the client changed it', async () => {
    await withWire({ answer }, async ({ server, cache }) => {
      for (const version of ['one', 'two', 'one']) {
        const own = clientOf(server, { middleware: [withHeader('anthropic-beta', version)] });
        await cachedAnthropic(own, { cache }).messages.create(question);
      }
      expect(server.count).toBe(2);
    });
  });

  test('is not taken for a call with its own middleware, which bypasses the cache', async () => {
    await withWire({ answer }, async ({ client, server, story }) => {
      await client.messages.create(question);
      const middleware = [withHeader('anthropic-beta', 'one')];
      await client.messages.create(question, { middleware });
      expect(server.requests[1]?.headers['anthropic-beta']).toBe('one');
      expect(story).toEqual(['miss', 'stored', 'bypass']);
    });
  });
});

describe('an answer that is not stored', () => {
  test('leaves the retries to the SDK, also after lost connections', async () => {
    const faults = [
      { kind: 'refuse' as const, times: 1 },
      { kind: 'status' as const, status: 500, headers: { 'retry-after-ms': '1' }, times: 1 },
    ];
    await withWire({ answer, faults }, async ({ server, cache }) => {
      const client = cachedAnthropic(clientOf(server, { maxRetries: 2 }), { cache });
      for (const _round of [1, 2]) await client.messages.create(question);
      expect(server.count).toBe(3);
    });
    await withWire({ answer, faults }, async ({ client }) => {
      const lost = client.messages.create(question);
      await expect(lost).rejects.toBeInstanceOf(Anthropic.APIConnectionError);
    });
  });

  test('belongs to a call that bypasses the cache, where it depends on what the provider stores', async () => {
    await withWire({ answer }, async ({ client, story }) => {
      const { messages } = client.beta;
      await messages.create({ ...question, container: 'container_1' });
      await messages.create({ ...question, container: { id: 'container_1' } });
      await messages.create({ ...question, thread: { type: 'create' } });
      await messages.create({ ...question, diagnostics: { previous_message_id: 'msg_0' } });
      expect(story).toEqual(['bypass', 'bypass', 'bypass', 'bypass']);
    });
  });

  test.each([
    ['web search', { tools: [{ type: 'web_search_20250305', name: 'web_search' }] }],
    ['code execution', { tools: [{ type: 'code_execution_20250825', name: 'code_execution' }] }],
    ['MCP', { mcp_servers: [{ type: 'url', name: 'm', url: 'https://example.com' }] }],
    ['an unknown tool', { tools: [{ type: 'brand_new_20300101', name: 'x' }] }],
  ])('was made with a tool of the provider: %s', async (_name, fields) => {
    await withWire({ answer }, async ({ client, story }) => {
      await client.beta.messages.create({ ...question, ...fields } as typeof question);
      expect(story).toEqual(['miss', 'not-admitted']);
    });
  });

  test('is truncated, although an option admits the hosted tool that it was made with', async () => {
    const half = () => json(message({ stop_reason: 'max_tokens' }));
    const tools = [{ type: 'web_search_20250305' as const, name: 'web_search' as const }];
    await withWire({ answer: half }, async ({ cache, server, story }) => {
      const admit = { 'hosted-tool': true };
      const client = cachedAnthropic(clientOf(server), { cache, admit });
      await client.messages.create({ ...question, tools });
      expect(story).toEqual(['miss', 'not-admitted']);
    });
  });

  test('is not one of batches and files, which bypass the cache', async () => {
    const batch = json({ id: 'msgbatch_1', type: 'message_batch' });
    await withWire({ answer: () => batch }, async ({ client, server, story }) => {
      const requests = [{ custom_id: 'a', params: question }];
      for (const _round of [1, 2]) await client.messages.batches.create({ requests });
      expect([server.count, story]).toEqual([2, ['bypass', 'bypass']]);
    });
  });
});

test('a count of tokens is stored for a request with any tools', async () => {
  await withWire({ answer: () => json({ input_tokens: 5 }) }, async ({ client, story }) => {
    const tools = [{ type: 'web_search_20250305' as const, name: 'web_search' as const }];
    const { model, messages } = question;
    await client.messages.countTokens({ model, messages, tools });
    expect(story).toEqual(['miss', 'stored']);
  });
});

test('an answer is stored where its tools depend only on the request', async () => {
  await withWire({ answer }, async ({ client, story }) => {
    await client.beta.messages.create({
      ...question,
      tools: [
        { name: 'mine', input_schema: { type: 'object' } },
        { type: 'bash_20250124', name: 'bash' },
        { type: 'tool_search_tool_regex_20251119', name: 'tool_search_tool_regex' },
      ],
    });
    expect(story).toEqual(['miss', 'stored']);
  });
});

test('an invalid option is refused at definition', async () => {
  const client = new Anthropic({ apiKey: 'none' });
  const bad = { ttl: 'soon' as never, cache: createLlmCache() };
  expect(() => cachedAnthropic(client, bad)).toThrow(
    expect.objectContaining({ code: 'INVALID_DURATION' }),
  );
});

type Next = (request: { headers: Headers }) => Promise<Response>;

function withHeader(name: string, value: string): never {
  const middleware = (request: { headers: Headers }, next: Next) => {
    request.headers.set(name, value);
    return next(request);
  };
  return middleware as never; // a middleware of the SDK, written with the fields that the test needs
}

/** Writes the request anew after its middleware, as `AnthropicVertex` and `AnthropicBedrock` do. */
class CloudAnthropic extends Anthropic {
  readonly region: string;

  constructor({ region = 'none', ...options }: ClientOptions & { readonly region?: string } = {}) {
    super(options);
    this.region = region;
  }

  override withOptions(options: ClientOptions): this {
    return super.withOptions({ region: this.region, ...options } as ClientOptions);
  }

  protected override backendMiddleware(): Middleware[] {
    return [
      (request, next) => {
        const { origin } = new URL(request.url);
        const { model, ...body } = JSON.parse(String(request.body));
        const path = `/v1/projects/p/locations/${this.region}/publishers/anthropic/models/${model}`;
        return next({ ...request, url: `${origin}${path}:rawPredict`, body: JSON.stringify(body) });
      },
    ];
  }
}

/** Loses its region when it is copied. */
class ForgetfulAnthropic extends CloudAnthropic {
  override withOptions(options: ClientOptions): this {
    return super.withOptions({ ...options, region: undefined } as ClientOptions);
  }
}

describe('middleware that is added to a cached client', () => {
  test('is in the key of a copy that has it: two tenants share no answer', async () => {
    await withWire({ answer }, async ({ client, server }) => {
      for (const tenant of ['a', 'b', 'a']) {
        const added = withHeader('anthropic-beta', tenant);
        const copy = client.withOptions({ middleware: [...client.middleware, added] });
        await copy.withOptions({ maxRetries: 0 }).messages.create(question);
      }
      expect(server.count).toBe(2);
    });
  });

  test('bypasses the cache where it is put into the list of the client', async () => {
    await withWire({ answer }, async ({ client, server }) => {
      await client.messages.create(question);
      const list = client.middleware as Middleware[]; // read-only in the types alone
      list.push(withHeader('anthropic-beta', 'added'));
      for (const _each of [1, 2]) await client.messages.create(question);
      expect(server.count).toBe(3);
    });
  });
});

describe('a client of another class', () => {
  const options = ({ url }: { url: string }) => ({ apiKey: 'k', baseURL: url, maxRetries: 0 });

  test('has the key of the request as it leaves: two regions and two models are apart', async () => {
    await withWire({ answer }, async ({ cache, server }) => {
      for (const region of ['eu', 'us', 'eu']) {
        const client = new CloudAnthropic({ ...options(server), region });
        const cached = cachedAnthropic(client, { cache });
        expect(cached).toBeInstanceOf(CloudAnthropic);
        for (const model of ['claude-a', 'claude-b'])
          await cached.messages.create({ ...question, model });
      }
      expect(server.count).toBe(4);
      expect(server.requests[0]?.path).toContain('/locations/eu/');
      expect(server.requests[0]?.path).toContain('/models/claude-a:rawPredict');
    });
  });

  test('has a name of the model in its events', async () => {
    await withWire({ answer }, async ({ cache, server }) => {
      const models: unknown[] = [];
      cache.on('miss', ({ model }) => models.push(model));
      const cached = cachedAnthropic(new CloudAnthropic(options(server)), { cache });
      await cached.messages.create(question);
      expect(models).toEqual(['claude-test']);
    });
  });

  test('does not wait for itself when it is cached twice', async () => {
    await withWire({ answer }, async ({ cache, server }) => {
      const once = cachedAnthropic(new CloudAnthropic(options(server)), { cache });
      const twice = cachedAnthropic(once, { cache });
      for (const client of [once, twice]) await client.messages.create(question);
      expect(server.count).toBe(1);
    });
  });

  test('is refused by its class and version where its copy loses a setting', async () => {
    await withWire({ answer }, async ({ cache, server }) => {
      const client = new ForgetfulAnthropic({ ...options(server), region: 'eu' });
      expect(() => cachedAnthropic(client, { cache })).toThrow(
        expect.objectContaining({
          code: 'WRONG_CLIENT',
          message: expect.stringMatching(
            /ForgetfulAnthropic \(Anthropic\/JS \d+\.\d+\.\d+\).*region/,
          ),
        }),
      );
    });
  });

  test('is seen as it leaves where one step of a plain client was replaced', async () => {
    await withWire({ answer }, async ({ cache, server }) => {
      for (const version of ['1', '2', '1']) {
        const client = clientOf(server);
        const prepareRequest = async (request: RequestInit) => {
          new Headers(request.headers).set('x-model-version', version);
          request.headers = { ...Object.fromEntries(new Headers(request.headers)), 'x-v': version };
        };
        const cached = cachedAnthropic(Object.assign(client, { prepareRequest }), { cache });
        await Object.assign(cached, { prepareRequest }).messages.create(question);
      }
      expect(server.count).toBe(2);
    });
  });
});
