import { withControl } from '@cached-llm/bedrock';
import { infoOf } from '@cached-llm/core';
import { describe, expect, test } from '@jest/globals';
import { converse, converseAnswer, withWire } from './wire.ts';

const answer = () => ({ body: converseAnswer() });

describe('a command with withControl()', () => {
  test('is sent again in mode refresh, and as without a cache in mode off', async () => {
    await withWire(answer, async ({ client, server, story }) => {
      await client.send(converse());
      await client.send(withControl(converse(), { mode: 'refresh' }));
      const off = await client.send(withControl(converse(), { mode: 'off' }));
      expect(infoOf(off)).toMatchObject({ outcome: 'bypass', reason: 'off' });
      await client.send(withControl(converse(), { ttl: '1h', tags: ['sea'] }));
      expect(story.filter((name) => name !== 'stored')).toEqual(['miss', 'miss', 'hit']);
      expect(server.requests).toHaveLength(3);
      expect(JSON.stringify(server.requests)).not.toMatch(/cachedLlm|x-cached-llm/i);
    });
  });

  test('has answers of its own in a scope', async () => {
    await withWire(answer, async ({ client, server }) => {
      for (const scope of ['tenant-1', 'tenant-2', 'tenant-1']) {
        await client.send(withControl(converse(), { scope }));
      }
      expect(server.requests).toHaveLength(2);
    });
  });

  test('is refused for a bad value', () => {
    const bad = () => withControl(converse(), { ttl: 'soon' as never });
    expect(bad).toThrow(expect.objectContaining({ code: 'INVALID_DURATION' }));
  });

  test.each<[string, unknown, string]>([
    ['an unknown option', { speed: 'high' }, 'context.cachedLlm.speed'],
    ['a bad value', { mode: 'fast' }, 'context.cachedLlm.mode'],
    ['a text', 'off', 'context.cachedLlm'],
  ])('bypasses the cache with one event where its context has %s', async (_name, said, field) => {
    await withWire(answer, async ({ client, server, events, story }) => {
      const command = converse();
      const say = (next: (args: never) => unknown, context: object) => (args: never) => {
        Object.assign(context, { cachedLlm: said });
        return next(args);
      };
      command.middlewareStack.add(say as never, { step: 'initialize' });
      await client.send(command);
      expect(story).toEqual(['bypass']);
      expect(events).toEqual([expect.objectContaining({ reason: 'control', field })]);
      expect(server.requests).toHaveLength(1);
    });
  });
});
