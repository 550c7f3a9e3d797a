import { LlmCacheError } from '@cached-llm/core';
import { CachedLlmCache } from '@cached-llm/langchain';
import { chatAnswer, countEntries, startWireServer } from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import type { BaseLanguageModel } from '@langchain/core/language_models/base';
import { BaseChatModel } from '@langchain/core/language_models/chat_models';
import { LLM } from '@langchain/core/language_models/llms';
import { AIMessage } from '@langchain/core/messages';
import { FakeListChatModel, FakeLLM } from '@langchain/core/utils/testing';
import { AzureChatOpenAI, ChatOpenAI, OpenAI } from '@langchain/openai';
import { chatAnthropic, chatOpenAI, echo, message, SECRET, withWire } from './wire.ts';

/** A model of the user's own. What it says to its cache is what `described` has. */
class OwnChatModel extends BaseChatModel {
  readonly #says: string;
  declare own: { readonly type: string; readonly described: object };

  constructor(says: string, cache: CachedLlmCache, type = 'own', described: object = {}) {
    super({ cache });
    this.#says = says;
    this.own = { type, described };
  }

  _llmType() {
    return this.own?.type; // the constructor of BaseChatModel asks before there is one
  }

  override _identifyingParams() {
    return { ...this.own.described };
  }

  async _generate() {
    return { generations: [{ text: this.#says, message: new AIMessage(this.#says) }] };
  }
}

class OwnLlm extends LLM {
  readonly #says: string;

  constructor(says: string, cache: CachedLlmCache) {
    super({ cache });
    this.#says = says;
  }

  _llmType() {
    return 'own';
  }

  async _call() {
    return this.#says;
  }
}

const textOf = (answer: unknown) =>
  typeof answer === 'string' ? answer : (answer as AIMessage).text;

type Make = (says: string, cache: CachedLlmCache) => BaseLanguageModel;

const DESCRIBED = { model: 'm', temperature: 0 };

const UNIDENTIFIED: readonly (readonly [string, Make])[] = [
  ['a chat model of the user', (says, cache) => new OwnChatModel(says, cache)],
  ['one that names its model', (says, cache) => new OwnChatModel(says, cache, 'own', DESCRIBED)],
  ['one that takes the name of OpenAI', (says, cache) => new OwnChatModel(says, cache, 'openai')],
  [
    'one that takes the name of OpenAI, and names its model',
    (says, cache) => new OwnChatModel(says, cache, 'openai', DESCRIBED),
  ],
  ['a text model of the user', (says, cache) => new OwnLlm(says, cache)],
  ['FakeListChatModel', (says, cache) => new FakeListChatModel({ responses: [says], cache })],
  ['FakeLLM', (says, cache) => new FakeLLM({ response: says, cache })],
];

describe('models that do not tell the cache who answers', () => {
  test.each(UNIDENTIFIED)(
    'share no answer, and one event names the remedy: %s',
    async (_name, make) => {
      await withWire(
        { answer: () => ({ body: {} }) },
        async ({ cache, store, reasons, events }) => {
          const lookup = new CachedLlmCache({ cache });
          expect(textOf(await make('one', lookup).invoke('Hi'))).toBe('one');
          expect(textOf(await make('other', lookup).invoke('Hi'))).toBe('other');
          expect([countEntries(store), reasons]).toEqual([0, ['unidentified', 'unidentified']]);
          expect(JSON.stringify(events[0])).toContain('cachedFetch');
        },
      );
    },
  );

  test('share no answer: ChatAnthropic at two URLs', async () => {
    const other = await startWireServer({ answer: () => ({ body: message('other') }) });
    await withWire({ answer: () => ({ body: message('one') }) }, async ({ server, cache }) => {
      const lookup = new CachedLlmCache({ cache });
      const [one, two] = [server, other].map((each) => chatAnthropic(each, { cache: lookup }));
      expect((await one?.invoke('Hi'))?.text).toBe('one');
      expect((await two?.invoke('Hi'))?.text).toBe('other');
    });
    await other.close();
  });

  test('share no answer: two deployments of AzureChatOpenAI', async () => {
    const answer = ({ path }: { readonly path: string }) => ({ body: chatAnswer(path) });
    await withWire({ answer }, async ({ server, cache }) => {
      const lookup = new CachedLlmCache({ cache });
      const ask = (deployment: string) =>
        new AzureChatOpenAI({
          azureOpenAIApiKey: SECRET,
          azureOpenAIEndpoint: server.url,
          azureOpenAIApiDeploymentName: deployment,
          azureOpenAIApiVersion: '2024-10-21',
          model: 'gpt-test',
          cache: lookup,
        }).invoke('Hi');
      expect((await ask('one')).text).toContain('/one/');
      expect((await ask('other')).text).toContain('/other/');
    });
  });

  test('are served where `identity` says who answers, each by its own', async () => {
    await withWire({ answer: () => ({ body: {} }) }, async ({ cache, story }) => {
      const ask = async (model: string) => {
        const lookup = new CachedLlmCache({ cache, identity: { model } });
        return (await new OwnChatModel(`I am ${model}`, lookup).invoke('Hi')).text;
      };
      expect([await ask('one'), await ask('other'), await ask('one')]).toEqual([
        'I am one',
        'I am other',
        'I am one',
      ]);
      expect(story).toEqual(['miss', 'stored', 'miss', 'stored', 'hit']);
    });
  });

  test('are held to the format that `identity` names', async () => {
    await withWire({ answer: () => ({ body: {} }) }, async ({ cache, reasons, story }) => {
      const lookup = new CachedLlmCache({ cache, identity: { model: 'm', format: 'json' } });
      await new OwnChatModel('{"torn":', lookup).invoke('Hi');
      await new OwnChatModel('{"whole":1}', lookup).invoke('Hi');
      await new OwnChatModel('not asked', lookup).invoke('Hi');
      expect(reasons).toHaveLength(1);
      expect(story).toEqual(['miss', 'not-admitted', 'miss', 'stored', 'hit']);
    });
  });

  test.each([
    ['nothing', {}],
    ['a text', 'llama'],
    ['a list', ['llama']],
    ['a function', { model: 'm', route() {} }],
    ['a symbol', { model: Symbol('m') }],
  ])('an `identity` that says nothing is refused: %s', (_name, identity) => {
    const make = () => new CachedLlmCache({ identity: identity as never });
    expect(make).toThrow(LlmCacheError);
    expect(make).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
  });
});

describe('models that do', () => {
  test('share no answer with one that has a middleware, unless `identity` says who answers', async () => {
    await withWire({ answer: echo }, async ({ server, cache, reasons }) => {
      const ask = async (options: object, middleware?: readonly unknown[]) => {
        const lookup = new CachedLlmCache({ cache, ...options });
        const configuration = middleware === undefined ? {} : { middleware };
        await chatOpenAI(server, { cache: lookup, configuration } as never).invoke('Hi');
      };
      const through = async (request: unknown, next: (given: unknown) => unknown) => next(request);
      await ask({});
      await ask({}, [through]);
      expect([server.count, ...reasons]).toEqual([2, 'unidentified']);
      const identity = { route: 'other' };
      await ask({ identity }, [through]);
      await ask({ identity }, [through]);
      expect(server.count).toBe(3);
    });
  });

  test('store no answer of another form, unless `identity` says that they give it', async () => {
    await withWire({ answer: echo }, async ({ server, cache }) => {
      const ask = async (fields: object, options: object = {}) => {
        const lookup = new CachedLlmCache({ cache, ...options });
        const { content } = await chatOpenAI(server, { cache: lookup, ...fields }).invoke('Hi');
        return typeof content;
      };
      expect(await ask({ outputVersion: 'v1' })).toBe('object');
      expect(await ask({})).toBe('string');
      expect(await ask({})).toBe('string');
      expect(server.count).toBe(2);
      const identity = { outputVersion: 'v1' };
      expect(await ask({ outputVersion: 'v1' }, { identity })).toBe('object');
      expect(await ask({ outputVersion: 'v1' }, { identity })).toBe('object');
      expect(server.count).toBe(3);
    });
  });

  test('share no answer with one that has a fetch of its own, unless `identity` says who answers', async () => {
    const answer = ({ json }: { readonly json: unknown }) => ({
      body: chatAnswer((json as { readonly model: string }).model),
    });
    await withWire({ answer }, async ({ server, cache, reasons }) => {
      const rerouted: typeof fetch = (url, init) =>
        fetch(url, { ...init, body: String(init?.body).replace('gpt-test', 'gpt-other') });
      const ask = async (options: object, ownFetch?: typeof fetch) => {
        const lookup = new CachedLlmCache({ cache, ...options });
        const configuration = ownFetch === undefined ? {} : { fetch: ownFetch };
        return (await chatOpenAI(server, { cache: lookup, configuration }).invoke('Hi')).text;
      };
      expect(await ask({})).toBe('gpt-test');
      expect(await ask({}, rerouted)).toBe('gpt-other');
      expect(reasons).toEqual(['unidentified']);
      const identity = { route: 'other' };
      expect(await ask({ identity }, rerouted)).toBe('gpt-other');
      expect(await ask({ identity }, rerouted)).toBe('gpt-other');
      expect(server.count).toBe(3);
    });
  });

  test.each(['OPENAI_BASE_URL', 'OPENAI_ORG_ID', 'OPENAI_PROJECT_ID'])(
    'share no answer where the environment gives them another %s',
    async (name) => {
      await withWire(
        { answer: () => ({ body: chatAnswer('Hello') }) },
        async ({ server, cache }) => {
          const before = process.env[name];
          for (const value of [`${server.url}/v1`, `${server.url}/v2`]) {
            process.env[name] = value;
            await chatOpenAI(server, { cache: new CachedLlmCache({ cache }) }).invoke('Hi');
            await chatOpenAI(server, { cache: new CachedLlmCache({ cache }) }).invoke('Hi');
          }
          if (before === undefined) delete process.env[name];
          else process.env[name] = before;
          expect(server.count).toBe(2);
        },
      );
    },
  );

  test('are served: ChatOpenAI and OpenAI, each by its own', async () => {
    const answer = ({ path }: { readonly path: string }) =>
      path.endsWith('/chat/completions')
        ? { body: chatAnswer('a message') }
        : { body: { choices: [{ text: 'a text', finish_reason: 'stop' }] } };
    await withWire({ answer }, async ({ server, cache }) => {
      const configuration = { baseURL: `${server.url}/v1` };
      const fields = { model: 'm', apiKey: SECRET, configuration };
      const lookup = new CachedLlmCache({ cache });
      for (const _round of [1, 2]) {
        expect((await new ChatOpenAI({ ...fields, cache: lookup }).invoke('Hi')).text).toBe(
          'a message',
        );
        expect(await new OpenAI({ ...fields, cache: lookup }).invoke('Hi')).toBe('a text');
      }
      expect(server.count).toBe(2);
    });
  });
});

describe('what LangGraph hands to a model', () => {
  const runOf = (run: number) => ({
    executionInfo: { checkpointId: `id-${run}`, threadId: `t-${run}`, nodeFirstAttemptTime: run },
    serverInfo: { assistantId: `a-${run}` },
    control: run === 1 ? {} : { drainRequested: false },
    context: { userId: `u-${run}` },
    store: { namespace: run },
    streamMode: run === 1 ? ['values'] : ['updates'],
    writer: () => run,
    interrupt: () => run,
  });

  test('is in no key', async () => {
    await withWire({ answer: () => ({ body: chatAnswer('Hello') }) }, async ({ server, cache }) => {
      const model = chatOpenAI(server, { cache: new CachedLlmCache({ cache }) });
      await model.invoke('Hi', runOf(1) as never);
      await model.invoke('Hi', runOf(2) as never);
      expect(server.count).toBe(1);
    });
  });

  test('is in the key under the names that the model itself sends', async () => {
    await withWire({ answer: () => ({ body: chatAnswer('Hello') }) }, async ({ server, cache }) => {
      const model = chatOpenAI(server, { cache: new CachedLlmCache({ cache }) });
      await model.invoke('Hi', { store: true } as never);
      await model.invoke('Hi', { store: false } as never);
      expect(server.count).toBe(2);
    });
  });

  test('stays out of the key by `ignore`, where it is not known', async () => {
    await withWire({ answer: () => ({ body: chatAnswer('Hello') }) }, async ({ server, cache }) => {
      const lookup = new CachedLlmCache({ cache, ignore: ['settings.run_note'] });
      const model = chatOpenAI(server, { cache: lookup });
      await model.invoke('Hi', { run_note: 1 } as never);
      await model.invoke('Hi', { run_note: 2 } as never);
      expect(server.count).toBe(1);
    });
  });
});
