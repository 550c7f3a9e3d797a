import { control } from '@cached-llm/core';
import { cachedFetch } from '@cached-llm/langchain';
import { chatAnswer } from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import { AIMessage } from '@langchain/core/messages';
import { tool } from '@langchain/core/tools';
import { chatAnthropic, chatOpenAI, echo, message, type Wire, withWire } from './wire.ts';

const openAIIn = ({ server, cache }: Wire) =>
  chatOpenAI(server, { configuration: { fetch: cachedFetch({ cache }) } });

const anthropicIn = ({ server, cache }: Wire) =>
  chatAnthropic(server, { clientOptions: { fetch: cachedFetch({ cache }) } });

const picture = (name: string) => ({
  role: 'user',
  content: [
    { type: 'text', text: 'What is this?' },
    { type: 'image_url', image_url: { url: `https://example.com/${name}.png` } },
  ],
});

describe('with a cached fetch in the client', () => {
  test('invoke is answered from the store, usage and class included', async () => {
    await withWire({ answer: echo }, async (wire) => {
      const model = openAIIn(wire);
      const first = await model.invoke('Hi');
      const second = await model.invoke('Hi');
      expect(second).toBeInstanceOf(AIMessage);
      expect(second.toDict()).toEqual(first.toDict());
      expect(second.usage_metadata).toMatchObject({ total_tokens: 8 });
      expect(second.text).toBe('You asked: ["Hi"]');
      expect(wire.server.count).toBe(1);
    });
  });

  test('two pictures have two answers', async () => {
    await withWire({ answer: echo }, async (wire) => {
      const model = openAIIn(wire);
      const cat = await model.invoke([picture('cat')]);
      expect((await model.invoke([picture('dog')])).text).toContain('dog.png');
      expect((await model.invoke([picture('cat')])).text).toBe(cat.text);
      expect(wire.server.count).toBe(2);
    });
  });

  test('a text that looks like a conversation has its own answer', async () => {
    await withWire({ answer: echo }, async (wire) => {
      const model = openAIIn(wire);
      await model.invoke('hi\nAI: yes\nHuman: go');
      await model.invoke([
        ['human', 'hi'],
        ['ai', 'yes'],
        ['human', 'go'],
      ]);
      expect(wire.server.count).toBe(2);
    });
  });

  test('bound tools and structured output work on a hit', async () => {
    const call = { id: 'call_1', type: 'function', function: { name: 'now', arguments: '{}' } };
    const answer = ({ body }: { readonly body: string }) => ({
      body: body.includes('json_schema')
        ? chatAnswer('{"mood":"calm"}')
        : chatAnswer(null, { tool_calls: [call] }, 'tool_calls'),
    });
    const schema = { type: 'object', title: 'mood', properties: { mood: { type: 'string' } } };
    await withWire({ answer }, async (wire) => {
      const model = openAIIn(wire);
      const now = tool(() => 'noon', { name: 'now', description: 'The time', schema });
      for (const _round of [1, 2]) {
        const { tool_calls: calls } = await model.bindTools([now]).invoke('What time?');
        expect(calls).toEqual([{ name: 'now', args: {}, type: 'tool_call', id: 'call_1' }]);
        const asked = model.withStructuredOutput(schema, { method: 'jsonSchema' });
        expect(await asked.invoke('How?')).toEqual({ mood: 'calm' });
      }
      expect(wire.server.count).toBe(2);
    });
  });

  test('invoke of ChatAnthropic is answered from the store', async () => {
    await withWire({ answer: () => ({ body: message('Hello') }) }, async (wire) => {
      const model = anthropicIn(wire);
      const first = await model.invoke('Hi');
      expect((await model.invoke('Hi')).toDict()).toEqual(first.toDict());
      expect(wire.server.count).toBe(1);
    });
  });

  test.each([
    ['ChatOpenAI', () => ({ body: chatAnswer('Half', {}, 'length') }), openAIIn],
    ['ChatAnthropic', () => ({ body: message('Half', 'max_tokens') }), anthropicIn],
  ])('an answer that was cut at the limit is not stored: %s', async (_name, answer, modelIn) => {
    await withWire({ answer }, async (wire) => {
      const model = modelIn(wire);
      await model.invoke('Hi');
      await model.invoke('Hi');
      expect(wire.server.count).toBe(2);
      expect(wire.reasons).toEqual(['truncated', 'truncated']);
    });
  });
});

test('one call is controlled by the headers in its options, which reach no provider', async () => {
  await withWire({ answer: echo }, async (wire) => {
    const { server } = wire;
    const model = openAIIn(wire);
    const refresh = { options: { headers: control({ mode: 'refresh' }) } };
    await model.invoke('Hi');
    await model.invoke('Hi');
    expect(server.count).toBe(1);
    await model.invoke('Hi', refresh);
    await model.withConfig(refresh).invoke('Hi');
    expect(server.count).toBe(3);
    // LangChain gives a stream the headers beside `options`.
    const streamed = async (options: object) => {
      for await (const _chunk of await model.stream('Hi', options));
    };
    await streamed({});
    await streamed({});
    expect(server.count).toBe(4);
    const headers = control({ mode: 'refresh' });
    await streamed({ headers });
    const both: object = { headers, options: { headers } }; // the types know no headers beside `options`
    await model.invoke('Hi', both);
    await streamed(both);
    expect(server.count).toBe(7);
    const names = server.requests.flatMap(({ headers }) => Object.keys(headers));
    expect(names.filter((name) => name.startsWith('x-cached-llm'))).toEqual([]);
  });
});
