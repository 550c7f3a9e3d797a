import { createOpenAI } from '@ai-sdk/openai';
import { type CachedAiSdkOptions, cachedAiSdk, cachedLanguageModel } from '@cached-llm/ai-sdk';
import { describe, expect, test } from '@jest/globals';
import {
  createGateway,
  createProviderRegistry,
  customProvider,
  defaultSettingsMiddleware,
  extractReasoningMiddleware,
  generateText,
  simulateStreamingMiddleware,
  wrapEmbeddingModel,
  wrapLanguageModel,
  wrapProvider,
} from 'ai';
import { answerChat, providerOf, SECRET, type Wire, withWire } from './wire.ts';

const answer = answerChat(['Hello']);
const prompt = 'Hi';
const hello = { prompt: [{ role: 'user', content: [{ type: 'text', text: prompt }] }] };

type Chat = ReturnType<ReturnType<typeof createOpenAI>['chat']>;

/** A model with the class of the SDK's own and with more beside its config, as those of OpenRouter have. */
function chatWith(model: Chat, fields: object, config: object = {}): Chat {
  const { config: own } = model as unknown as { readonly config: object };
  const made = Object.create(Object.getPrototypeOf(model));
  return Object.assign(made, model, fields, { config: { ...own, ...config } });
}

/** A model that only looks like one from outside. */
const handMade = (model: Chat) => ({
  specificationVersion: 'v4' as const,
  provider: model.provider,
  modelId: model.modelId,
  supportedUrls: {},
  doGenerate: (options: never) => model.doGenerate(options),
  doStream: (options: never) => model.doStream(options),
});

async function ask(model: Chat, { cache }: Wire, options: CachedAiSdkOptions = {}) {
  const { response } = await generateText({
    model: cachedAiSdk(model, { cache, ...options }),
    prompt,
    maxRetries: 0,
  });
  return response.headers?.['x-cached-llm'];
}

describe('two models have two entries', () => {
  const changed: readonly [string, (wire: Wire) => readonly Chat[]][] = [
    [
      'by the organization of the provider',
      ({ server }) =>
        ['a', 'b'].map((organization) => providerOf(server, { organization }).chat('m')),
    ],
    [
      'by the project of the provider',
      ({ server }) => ['a', 'b'].map((project) => providerOf(server, { project }).chat('m')),
    ],
    [
      'by a header of the provider',
      ({ server }) =>
        ['a', 'b'].map((route) => providerOf(server, { headers: { 'X-Route': route } }).chat('m')),
    ],
    [
      'by the query of the base URL',
      ({ server, client }) =>
        ['a', 'b'].map((query) =>
          chatWith(
            client.chat('m'),
            {},
            { url: () => `${server.url}/v1/chat/completions?v=${query}` },
          ),
        ),
    ],
    [
      'by settings of the model',
      ({ client }) =>
        ['low', 'high'].map((effort) =>
          chatWith(client.chat('m'), { settings: { reasoning: { effort }, plugins: [] } }),
        ),
    ],
    [
      'by a field of the config',
      ({ client }) =>
        ['a', 'b'].map((order) =>
          chatWith(client.chat('m'), {}, { extraBody: { provider: { order: [order] } } }),
        ),
    ],
    [
      'by a flag of the model',
      ({ client }) =>
        [true, false].map((flag) =>
          chatWith(client.chat('m'), { supportsStructuredOutputs: flag }),
        ),
    ],
    [
      'by what a class inside the model keeps',
      ({ client }) => {
        class Builder {
          readonly options: object;
          constructor(options: object) {
            this.options = options;
          }
        }
        return ['1m', '2m'].map((keepAlive) =>
          chatWith(client.chat('m'), { builder: new Builder({ keepAlive }) }),
        );
      },
    ],
    [
      'by the code of a class that inherits',
      ({ client }) => {
        const model = client.chat('m');
        const Base = model.constructor as new (id: string, config: unknown) => Chat;
        class Low extends Base {
          level() {
            return 'low';
          }
        }
        class High extends Base {
          level() {
            return 'high';
          }
        }
        const { config } = model as unknown as { readonly config: unknown };
        return [Low, High].map((Class) => new Class('m', config));
      },
    ],
  ];

  test.each(changed)('%s', async (_name, models) => {
    await withWire({ answer }, async (wire) => {
      const [one, other] = models(wire) as [Chat, Chat];
      expect(await ask(one, wire)).toBe('miss');
      expect(await ask(other, wire)).toBe('miss');
      expect(await ask(one, wire)).toBe('hit');
      expect(await ask(other, wire)).toBe('hit');
      expect(wire.server.count).toBe(2);
    });
  });
});

describe('two models have one entry', () => {
  const equal: readonly [string, (wire: Wire) => readonly Chat[]][] = [
    [
      'where only the API key differs',
      ({ server }) => ['a', 'b'].map((apiKey) => providerOf(server, { apiKey }).chat('m')),
    ],
    [
      'where one is from a registry',
      ({ client }) => [
        client.chat('m'),
        createProviderRegistry({
          o: customProvider({ languageModels: { m: client.chat('m') } }),
        }).languageModel('o:m') as Chat,
      ],
    ],
    [
      'where a header of the provider names the application or a trace',
      ({ server }) =>
        ['a', 'b'].map((name) =>
          providerOf(server, { headers: { 'X-Title': name, traceparent: name } }).chat('m'),
        ),
    ],
  ];

  test.each(equal)('%s', async (_name, models) => {
    await withWire({ answer }, async (wire) => {
      const [one, other] = models(wire) as [Chat, Chat];
      expect(await ask(one, wire)).toBe('miss');
      expect(await ask(other, wire)).toBe('hit');
    });
  });
});

describe('a model that does not show who answers', () => {
  class Hidden {
    readonly specificationVersion = 'v4' as const;
    readonly provider = 'hidden';
    readonly modelId = 'm';
    readonly supportedUrls = {};
    readonly config = { baseURL: 'http://127.0.0.1' };
    readonly #route: string;
    constructor(route: string) {
      this.#route = route;
    }
    async doGenerate(): Promise<never> {
      throw new Error(this.#route);
    }
    doStream = this.doGenerate;
  }

  const opaque: readonly [string, RegExp, (chat: Chat) => unknown][] = [
    [
      'made by wrapLanguageModel',
      /no base URL/,
      (model) =>
        wrapLanguageModel({
          model,
          middleware: defaultSettingsMiddleware({ settings: { temperature: 0 } }),
        }),
    ],
    [
      'of a registry with middleware',
      /no base URL/,
      (model) =>
        createProviderRegistry(
          { o: customProvider({ languageModels: { m: model } }) },
          { languageModelMiddleware: simulateStreamingMiddleware() },
        ).languageModel('o:m'),
    ],
    ['made by hand', /doGenerate|no base URL/, handMade],
    ['that is cached already', /no base URL/, (model) => cachedAiSdk(model)],
    [
      'with a fetch of its own',
      /config\.fetch/,
      (model) => chatWith(model, {}, { fetch: () => fetch('http://127.0.0.1') }),
    ],
    [
      'with a function that changes the body',
      /config\.transformRequestBody/,
      (model) => chatWith(model, {}, { transformRequestBody: (body: object) => body }),
    ],
    [
      'with a method of its own',
      /doGenerate/,
      (model) => chatWith(model, { doGenerate: () => model.doGenerate(hello as never) }),
    ],
    ['behind a Proxy', /class cannot be read/, (model) => new Proxy(model, {})],
    ['with a private field', /class cannot be read/, () => new Hidden('a')],
    [
      'with a Map inside',
      /settings\.routes/,
      (model) => chatWith(model, { settings: { routes: new Map() } }),
    ],
    ['derived from another object', /no base URL/, (model) => Object.create(model)],
  ];

  test.each(opaque)('is refused: one %s', async (_name, reason, make) => {
    await withWire({ answer }, async ({ cache, client }) => {
      const model = make(client.chat('m')) as Chat;
      const refusal = expect.objectContaining({ name: 'LlmCacheError', code: 'WRONG_CLIENT' });
      expect(() => cachedAiSdk(model, { cache })).toThrow(refusal);
      expect(() => cachedAiSdk(model, { cache })).toThrow(reason);
      expect(() => cachedAiSdk(model, { cache })).toThrow(/wrapLanguageModel.*identity: \{/s);
      expect(() =>
        wrapLanguageModel({ model, middleware: cachedLanguageModel({ cache }) }),
      ).toThrow(refusal);
    });
  });

  test('is refused among embedding models as well', async () => {
    await withWire({ answer }, async ({ client, cache }) => {
      const model = wrapEmbeddingModel({ model: client.embedding('e'), middleware: {} });
      expect(() => cachedAiSdk(model, { cache })).toThrow(/no base URL/);
    });
  });

  test('is refused where another middleware is between the cache and the model', async () => {
    await withWire({ answer }, async ({ client, cache }) => {
      const reasoning = extractReasoningMiddleware({ tagName: 'think' });
      const caching = cachedLanguageModel({ cache });
      const model = client.chat('m');
      expect(() => wrapLanguageModel({ model, middleware: [caching, reasoning] })).toThrow(
        /no base URL/,
      );
      wrapLanguageModel({ model, middleware: [reasoning, caching] });
      wrapLanguageModel({ model, middleware: [reasoning, caching], providerId: 'mine' });
    });
  });

  test('is refused where a provider is wrapped and gives out wrapped models', async () => {
    await withWire({ answer }, async ({ client, cache }) => {
      const inner = wrapProvider({ provider: client, languageModelMiddleware: {} });
      const outer = wrapProvider({
        provider: inner,
        languageModelMiddleware: cachedLanguageModel({ cache }),
      });
      expect(() => outer.languageModel('m')).toThrow(/no base URL/);
    });
  });

  test('is cached under what the user says of it', async () => {
    await withWire({ answer }, async (wire) => {
      const model = handMade(wire.client.chat('m')) as Chat;
      const identities = [{ route: 'a' }, { route: 'b' }, { route: 'a' }];
      const outcomes = [];
      for (const identity of identities) outcomes.push(await ask(model, wire, { identity }));
      expect(outcomes).toEqual(['miss', 'miss', 'hit']);
    });
  });

  test('is passed through in the mode off', async () => {
    await withWire({ answer }, async (wire) => {
      const model = handMade(wire.client.chat('m')) as Chat;
      expect(await ask(model, wire, { mode: 'off' })).toBeUndefined();
    });
  });

  test('bypasses the cache where a framework calls the middleware without wrapping a model', async () => {
    await withWire({ answer }, async ({ client, cache, reasons }) => {
      const model = handMade(client.chat('m')) as Chat;
      const params = hello as never;
      const doGenerate = () => model.doGenerate(params);
      const doStream = () => model.doStream(params);
      const { wrapGenerate } = cachedLanguageModel({ cache });
      await wrapGenerate?.({ model, params, doGenerate, doStream });
      expect(reasons).toEqual(['unreadable']);
    });
  });
});

describe('an identity', () => {
  test('that is no plain data, or that says nothing, is refused', () => {
    for (const identity of ['a', 5, null, [], {}, { route: () => 'a' }])
      expect(() => cachedLanguageModel({ identity: identity as never })).toThrow(
        expect.objectContaining({ code: 'INVALID_OPTION' }),
      );
  });
});

describe('cachedAiSdk refuses', () => {
  const openai = createOpenAI({ apiKey: SECRET });
  class Reranker {
    readonly specificationVersion = 'v4';
    readonly provider = 'cohere.reranking';
    async doRerank() {
      return { ranking: [] };
    }
  }
  const methods = { doGenerate() {}, doStream() {}, supportedUrls: {} };
  const older = { specificationVersion: 'v1', provider: 'old', ...methods };

  test.each([
    ['a model of pictures', openai.image('i'), /OpenAIImageModel/],
    ['a model of speech', openai.speech('s'), /OpenAISpeechModel/],
    ['a model of transcription', openai.transcription('t'), /OpenAITranscriptionModel/],
    ['a model of ranking', new Reranker(), /Reranker/],
    ['the provider in place of a model', openai, /function/],
    ['a name', 'openai/gpt-4o', /gateway\('openai\/gpt-4o'\)/],
    ['nothing', undefined, /undefined/],
    ['a model of ai 4', older, /has v1.*ai >=5 <8/],
    ['a model of a version to come', { ...older, specificationVersion: 'v5' }, /has v5/],
  ])('%s', (_name, model, reason) => {
    const refused = () => cachedAiSdk(model as never);
    expect(refused).toThrow(expect.objectContaining({ code: 'WRONG_CLIENT' }));
    expect(refused).toThrow(reason);
  });
});

describe('what a provider says of itself', () => {
  test('is asked for at each call, because a header may name the tenant', async () => {
    await withWire({ answer }, async (wire) => {
      let tenant = 'A';
      const headers = {
        get 'x-tenant'() {
          return tenant;
        },
      };
      const model = providerOf(wire.server, { headers }).chat('m');
      const cached = cachedAiSdk(model, { cache: wire.cache });
      for (const each of ['A', 'B', 'A', 'B']) {
        tenant = each;
        await generateText({ model: cached, prompt });
      }
      expect(wire.server.requests.map((request) => request.headers['x-tenant'])).toEqual([
        'A',
        'B',
      ]);
      expect(wire.story).toEqual(['miss', 'stored', 'miss', 'stored', 'hit', 'hit']);
    });
  });

  test('is asked for at each call also where it comes by a promise', async () => {
    await withWire({ answer }, async (wire) => {
      let tenant = 'A';
      const headers = async () => ({ 'x-tenant': tenant, authorization: `Bearer ${SECRET}` });
      const model = cachedAiSdk(chatWith(wire.client.chat('m'), {}, { headers }), {
        cache: wire.cache,
      });
      for (const each of ['A', 'B', 'A', 'B']) {
        tenant = each;
        await generateText({ model, prompt });
      }
      expect(wire.server.count).toBe(2);
      expect(wire.story).toEqual(['miss', 'stored', 'miss', 'stored', 'hit', 'hit']);
    });
  });

  test('is in no store, be it a secret or not', async () => {
    await withWire({ answer }, async (wire) => {
      const headers = { 'helicone-auth': 'Bearer sk-helicone', 'x-route': 'route-of-mine' };
      await ask(providerOf(wire.server, { headers }).chat('m'), wire);
      const dump = JSON.stringify([...wire.store]);
      for (const word of [SECRET, 'sk-helicone', 'route-of-mine']) expect(dump).not.toContain(word);
    });
  });

  test('needs no API key where a stored answer is served', async () => {
    await withWire({ answer }, async (wire) => {
      const headers = { 'x-route': 'a' };
      await ask(providerOf(wire.server, { headers }).chat('m'), wire);
      const baseURL = `${wire.server.url}/v1`;
      const keyless = createOpenAI({ baseURL, headers }).chat('m');
      expect(await ask(keyless, wire)).toBe('hit');
      expect(process.env.OPENAI_API_KEY).toBeUndefined();
    });
  });

  test('may be missing, and then the call fails as it would without a cache', async () => {
    await withWire({ answer }, async (wire) => {
      const headers = () => {
        throw new Error('no token today');
      };
      const model = chatWith(wire.client.chat('m'), {}, { headers });
      await expect(ask(model, wire)).rejects.toThrow('no token today');
      expect(wire.reasons).toEqual(['unreadable']);
    });
  });

  test('is read from a model of the AI Gateway', () => {
    expect(cachedAiSdk(createGateway({ apiKey: SECRET })('openai/gpt-4o')).modelId).toBe(
      'openai/gpt-4o',
    );
  });
});
