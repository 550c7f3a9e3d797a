import { chatAnswer, chatEvents, type ExchangeResponse } from '@cached-llm/testing';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { NODE, ProxiedTrial } from './proxied.ts';

let trial: ProxiedTrial;
/** What the provider answers from now on. */
let answer: ExchangeResponse;
beforeEach(async () => {
  trial = await ProxiedTrial.open(() => answer);
});
afterEach(() => trial.close());

const chat = (stream: boolean, content = 'Why?') =>
  `await fetch(process.env.OPENAI_BASE_URL + '/chat/completions', { method: 'POST', headers: { 'content-type': 'application/json' },
    body: ${JSON.stringify(JSON.stringify({ model: 'gpt-4o', stream, messages: [{ role: 'user', content }] }))} }).then((r) => r.text());`;
const command = (code: string) => ['--', NODE, '--input-type=module', '-e', code];
const ASKS = command(chat(false));

const COMPLETE = chatAnswer('Rivers bring it.');
const [choice] = COMPLETE.choices;

/** The answer with another field, finish reason, tool, model or count of tokens. */
const CHANGED: Readonly<Record<string, readonly [object, readonly object[]]>> = {
  'a new field': [
    { ...COMPLETE, choices: [{ ...choice, logprobs: { content: [{ token: 'a' }] } }] },
    [{ of: 'field', name: 'choices[].logprobs', is: 'object' }],
  ],
  'a field that is gone': [
    { ...COMPLETE, created: undefined },
    [{ of: 'field', name: 'created', was: 'number' }],
  ],
  'another kind of value': [
    { ...COMPLETE, created: '2026-11-29' },
    [{ of: 'field', name: 'created', was: 'number', is: 'string' }],
  ],
  'another finish reason': [
    { ...COMPLETE, choices: [{ ...choice, finish_reason: 'length' }] },
    [{ of: 'finish-reason', was: 'stop', is: 'length' }],
  ],
  'a tool that is called': [
    {
      ...COMPLETE,
      choices: [
        {
          ...choice,
          message: {
            role: 'assistant',
            content: null,
            tool_calls: [
              { id: 'a', type: 'function', function: { name: 'search', arguments: '{}' } },
            ],
          },
        },
      ],
    },
    [
      { of: 'tool', is: 'search' },
      { of: 'field', name: 'choices[].message.content', was: 'string', is: 'null' },
      { of: 'field', name: 'choices[].message.tool_calls', is: 'list' },
    ],
  ],
  'another model': [
    { ...COMPLETE, model: 'gpt-test-2' },
    [{ of: 'model', was: 'gpt-test', is: 'gpt-test-2' }],
  ],
};

describe('record --compare', () => {
  beforeEach(async () => {
    answer = { body: COMPLETE };
    await trial.run(['record', ...ASKS]);
  });

  test('finds nothing where only the words differ, and says so fixture by fixture', async () => {
    answer = { body: chatAnswer('The rain brings it.') };
    const { code, errors } = await trial.run(['record', '--compare', ...ASKS]);
    expect([code, errors]).toEqual([
      0,
      `1 fixture of __llm__ compared, 0 changed.\n  ✓ ${trial.names()[0]}\n`,
    ]);
    expect(trial.wire.count).toBe(2);
  });

  test.each(Object.keys(CHANGED))('finds %s, and exits with 3', async (name) => {
    const [body, changes] = CHANGED[name] ?? [{}, []];
    answer = { body };
    const before = trial.fixtures();
    const report = await trial.report(['record', '--compare', ...ASKS]);
    expect(report).toMatchObject({ changed: 1, code: 3 });
    expect(report.compared).toEqual([
      { fixture: trial.names()[0], provider: 'openai', model: 'gpt-4o', changes },
    ]);
    expect(trial.fixtures()).toEqual(before);
  });

  test('shows a change of the usage, and does not fail for it', async () => {
    answer = { body: { ...COMPLETE, usage: { ...COMPLETE.usage, completion_tokens: 30 } } };
    const { code, errors } = await trial.run(['record', '--compare', ...ASKS]);
    expect(code).toBe(0);
    expect(errors).toContain('      usage outputTokens was 3, and is 30\n');
  });

  test('shows each change in a line', async () => {
    answer = { body: { ...COMPLETE, model: 'gpt-test-2', created: undefined, tier: 1 } };
    const { errors } = await trial.run(['record', '--compare', ...ASKS]);
    expect(errors.split('\n').slice(1)).toEqual([
      `  ✗ ${trial.names()[0]}`,
      '      model served was gpt-test, and is gpt-test-2',
      '      field created is gone: number',
      '      field tier is new: number',
      '',
    ]);
  });

  test('compares streams by all their chunks together', async () => {
    const asks = command(chat(true));
    answer = { kind: 'sse', body: chatEvents(['Rivers', ' bring', ' it.']) };
    await trial.run(['record', ...asks]);
    answer = { kind: 'sse', body: chatEvents(['Rain.']) };
    expect(await trial.report(['record', '--compare', ...asks])).toMatchObject({
      changed: 0,
      code: 0,
    });
    const events = chatEvents(['Rain.']).map((event) =>
      typeof event === 'object' ? { ...event, obfuscation: 'x' } : event,
    );
    answer = { kind: 'sse', body: events };
    const { compared } = await trial.report(['record', '--compare', ...asks]);
    expect(compared?.[0]?.changes).toEqual([{ of: 'field', name: 'obfuscation', is: 'string' }]);
  });

  test('names what has no fixture, no new answer, or no request any more', async () => {
    answer = { status: 500, body: { error: { message: 'no' } } };
    const failing = await trial.run(['record', '--compare', ...ASKS]);
    expect(failing.errors).toContain('These have no new answer:\n  openai · gpt-4o: ');
    answer = { body: COMPLETE };
    const other = await trial.run(['record', '--compare', ...command(chat(false, 'How?'))]);
    expect(other.errors).toBe(
      [
        '0 fixtures of __llm__ compared, 0 changed.',
        '  ? openai · gpt-4o: no fixture to compare it with',
        'No request used these fixtures:',
        `  ${trial.names()[0]}`,
        '',
      ].join('\n'),
    );
  });

  test('passes the exit code of a command on that failed by itself', async () => {
    answer = { body: { ...COMPLETE, model: 'gpt-test-2' } };
    const words = command(`${chat(false)}; process.exit(5)`);
    expect((await trial.run(['record', '--compare', ...words])).code).toBe(5);
  });

  test.each([['--refresh'], ['--prune'], ['--scrub', 'x']])(
    'writes nothing, so that %s beside it is a wrong command line',
    async (...options) => {
      const { code, errors } = await trial.run(['record', '--compare', ...options, ...ASKS]);
      expect([code, errors]).toEqual([
        2,
        `error: --compare changes no fixture. Leave out ${options[0]}.\n`,
      ]);
    },
  );

  test('needs fixtures', async () => {
    const { code, errors } = await trial.run(['record', '--compare', '--folder', 'none', ...ASKS]);
    expect([code, errors]).toEqual([
      1,
      expect.stringContaining('no fixtures in none to compare with. To record them'),
    ]);
  });
});
