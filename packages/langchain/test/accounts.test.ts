import { createLlmCache } from '@cached-llm/core';
import { CachedLlmCache, type CachedLlmCacheOptions } from '@cached-llm/langchain';
import { demoExchanges, fixtureStore, temporaryFolder } from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import { ChatOpenAI, type ChatOpenAIFields } from '@langchain/openai';
import { chatOpenAI, echo, type Wire, withWire } from './wire.ts';

const { body } = demoExchanges.responsesApi.response;
const answer = () => ({ body });

/** How many requests reach the server when these models ask the same, one after the other. */
async function requestsOf(
  { server, cache }: Pick<Wire, 'server' | 'cache'>,
  models: readonly object[],
  options: CachedLlmCacheOptions = {},
): Promise<number> {
  const before = server.count;
  for (const fields of models) {
    const lookup = new CachedLlmCache({ cache, ...options });
    await chatOpenAI(server, { cache: lookup, ...fields }).invoke('Hi');
  }
  return server.count - before;
}

const RESPONSES = { useResponsesApi: true };
const ALICE = { ...RESPONSES, apiKey: 'sk-alice' };
const BOB = { ...RESPONSES, apiKey: 'sk-bob' };
const UNSTORED = { zdrEnabled: true };

describe("an answer of the Responses API has ids of one account, behind LangChain's cache", () => {
  test.each<[string, number, readonly object[]]>([
    ['two keys do not share it', 2, [ALICE, BOB, ALICE, BOB]],
    [
      'a model that has nothing stored shares it',
      1,
      [
        { ...ALICE, ...UNSTORED },
        { ...BOB, ...UNSTORED },
      ],
    ],
    ['it does not share with one that has it stored', 2, [ALICE, { ...ALICE, ...UNSTORED }]],
    [
      'two projects do not share it',
      2,
      ['p', 'q'].map((project) => ({ ...ALICE, configuration: { project } })),
    ],
    ['a chat completion is shared', 1, ['a', 'b'].map((apiKey) => ({ apiKey }))],
  ])('%s', async (what, count, models) => {
    const isChat = what.startsWith('a chat');
    await withWire({ answer: isChat ? echo : answer }, async (wire) => {
      expect(await requestsOf(wire, models)).toBe(count);
    });
  });

  test('a key that is replaced finds the answers of its project', async () => {
    const own = globalThis.fetch;
    let count = 0;
    globalThis.fetch = async () => {
      count += 1;
      return Response.json(body);
    };
    try {
      const cache = createLlmCache();
      for (const apiKey of ['sk-old', 'sk-new']) {
        const fields: ChatOpenAIFields = {
          ...RESPONSES,
          model: 'gpt-test',
          apiKey,
          configuration: { project: 'p' },
        };
        await new ChatOpenAI({ ...fields, cache: new CachedLlmCache({ cache }) }).invoke('Hi');
      }
      expect(count).toBe(1);
    } finally {
      globalThis.fetch = own;
    }
  });

  test('an answer of which LangChain tells it too late is not stored, and one warning names the remedy', async () => {
    const warnings: string[] = [];
    const { emitWarning } = process;
    process.emitWarning = (warning: unknown) => warnings.push(String(warning)) && undefined;
    await withWire({ answer }, async ({ server, cache, story }) => {
      const tools = [{ type: 'custom', name: 'shell' }];
      const ask = async (options: CachedLlmCacheOptions = {}) => {
        const lookup = new CachedLlmCache({ cache, ...options });
        const model = chatOpenAI(server, { cache: lookup }).withConfig({ tools } as never);
        await model.invoke('Hi');
        await model.invoke('Hi');
      };
      await ask();
      expect([server.count, ...story]).toEqual([2, 'miss', 'miss']);
      await ask({ identity: { account: 'team-a' } });
      expect(server.count).toBe(3);
    });
    process.emitWarning = emitWarning;
    expect(warnings.filter((each) => each.includes('useResponsesApi: true'))).toHaveLength(1);
  });

  test('what continues a response that is stored elsewhere bypasses the cache', async () => {
    await withWire({ answer }, async ({ server, cache, reasons }) => {
      for (const more of [{ previous_response_id: 'resp_1' }, {}]) {
        const lookup = new CachedLlmCache({ cache });
        const modelKwargs = 'previous_response_id' in more ? {} : { conversation: 'conv_1' };
        const model = chatOpenAI(server, { ...RESPONSES, cache: lookup, modelKwargs });
        await model.invoke('Hi', more);
        await model.invoke('Hi', more);
      }
      expect([server.count, new Set(reasons)]).toEqual([4, new Set(['stateful'])]);
    });
  });

  test('a fixture is replayed under another key', async () => {
    const folder = await temporaryFolder();
    const store = fixtureStore(folder.path);
    await withWire({ answer }, async ({ server }) => {
      const recording = createLlmCache({ store });
      const replaying = createLlmCache({ store, mode: 'replay' });
      expect(await requestsOf({ server, cache: recording }, [ALICE])).toBe(1);
      expect(await requestsOf({ server, cache: replaying }, [BOB])).toBe(0);
      await Promise.all([recording.close(), replaying.close()]);
    });
    await folder.remove();
  });

  test('no key is in a row', async () => {
    await withWire({ answer }, async (wire) => {
      await requestsOf(wire, [ALICE]);
      await wire.cache.close();
      const rows = JSON.stringify([...(wire.store as Map<string, unknown>)]);
      expect(rows).toContain('resp_demo_0001');
      expect(rows).not.toContain('sk-alice');
    });
  });
});
