import { createServer } from 'node:http';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { CachedLLM, cachedLlmCall } from '../../src/index.ts';
import { settled, startTrial } from '../trial.ts';

const warning = jest.fn<typeof process.emitWarning>();
beforeEach(() => {
  warning.mockReset();
  jest.spyOn(process, 'emitWarning').mockImplementation(warning);
});
afterEach(() => void jest.restoreAllMocks());

const TYPE = { type: 'LlmCacheWarning', code: 'NOT_CANONICAL' };

describe('an argument that is no part of a request to a model', () => {
  test.each<[string, () => unknown, string]>([
    ['a stream', () => Readable.from(['secret']), 'an instance of Readable'],
    ['a server', () => createServer(), 'an instance of Server'],
    ['a function', () => () => 'secret', 'a function'],
    ['a Blob', () => new Blob(['secret']), 'an instance of Blob'],
    [
      'a request of fetch',
      () => new Request('https://example.com/secret'),
      'an instance of Request',
    ],
    ['one of these in a field', () => ({ stream: Readable.from([]) }), 'an instance of Readable'],
  ])(
    'makes each call a bypass, and one warning gives the remedy: %s',
    async (_what, make, said) => {
      const { cache, story } = startTrial();
      class Controller {
        calls = 0;
        @CachedLLM({ cache })
        async ask(_question: string, _other: unknown) {
          this.calls += 1;
          return this.calls;
        }
      }
      const controller = new Controller();
      expect([await controller.ask('q', make()), await controller.ask('q', make())]).toEqual([
        1, 2,
      ]);
      expect(story()).toEqual(['bypass', 'bypass']);
      expect(warning).toHaveBeenCalledTimes(1);
      const [[message, options] = []] = warning.mock.calls;
      expect(options).toEqual(TYPE);
      expect(message).toContain(`Calls of Controller.ask are not cached: in argument 2, ${said}`);
      expect(message).toContain('`key`');
      expect(message).not.toContain('secret');
    },
  );

  test('is no obstacle where `key` says what counts', async () => {
    const { cache, story } = startTrial();
    class Controller {
      @CachedLLM({ cache, key: (question: string) => ({ question }) })
      async ask(question: string, _request: unknown) {
        return question;
      }
    }
    for (const _call of [1, 2]) {
      await new Controller().ask('q', Readable.from([]));
      await settled();
    }
    expect(story()).toEqual(['miss', 'stored', 'hit']);
    expect(warning).not.toHaveBeenCalled();
  });

  test('is told of a function, too, and of what no key shows as a whole', async () => {
    const { cache } = startTrial();
    const ask = cachedLlmCall(async (_question: object) => 'x', { cache, name: 'ask' });
    await ask(Object.defineProperty({ q: 1 }, 'now', { value: 1 }));
    expect(warning.mock.calls).toEqual([
      [expect.stringContaining('Calls of ask are not cached: an argument cannot'), TYPE],
    ]);
  });
});
