import { chatAnswer, type ExchangeResponse } from '@cached-llm/testing';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ASK, NODE, ProxiedTrial } from './proxied.ts';

let trial: ProxiedTrial;
beforeEach(async () => {
  trial = await ProxiedTrial.open();
  trial.write('ask.mjs', ASK);
});
afterEach(() => trial.close());

const ask = (...questions: readonly string[]) => ['--', NODE, 'ask.mjs', ...questions];
const script = (code: string) => ['--', NODE, '-e', code];

/** A request that no answer is recorded of, whatever it says. */
const GET_MODELS = `fetch(process.env.OPENAI_BASE_URL + '/models').then((r) => console.log(r.status))`;

describe('record', () => {
  test('keeps one readable file an answer, and replay answers from them without a provider or a key', async () => {
    const recorded = await trial.run(['record', ...ask('Why?', 'How?')]);
    expect([recorded.code, recorded.errors]).toEqual([0, '2 fixtures written to __llm__.\n']);
    expect(trial.names()).toEqual([
      expect.stringMatching(/^openai-gpt-4o-[0-9a-f]{16}\.json$/),
      expect.stringMatching(/^openai-gpt-4o-[0-9a-f]{16}\.json$/),
    ]);
    await trial.wire.close();
    const replayed = await trial.run(['replay', ...ask('Why?', 'How?')]);
    expect([replayed.code, replayed.out]).toEqual([0, recorded.out]);
    expect(replayed.errors).toBe('2 requests answered from the fixtures in __llm__.\n');
    expect(trial.wire.count).toBe(2);
  });

  test('works on a folder that is named by its whole path', async () => {
    const folder = trial.path('elsewhere');
    await trial.run(['record', '--folder', folder, ...ask('Why?')]);
    expect(trial.names('elsewhere').length).toBe(1);
    const replayed = await trial.run(['replay', '--folder', folder, ...ask('Why?')]);
    expect([replayed.code, trial.wire.count]).toEqual([0, 1]);
  });

  test('removes nothing for a command that failed, which may have ended before it asked', async () => {
    await trial.run(['record', ...ask('Why?', 'How?')]);
    const before = trial.names();
    const failing = `fetch(process.env.OPENAI_BASE_URL + '/models').then(() => process.exit(7))`;
    const failed = await trial.run(['record', '--prune', ...script(failing)]);
    expect(failed.code).toBe(7);
    expect(failed.errors).toContain('They were not removed, because the command failed.');
    expect(trial.names()).toEqual(before);
  });

  test('records only what is missing, unless it is told to ask for everything anew', async () => {
    const words = (...options: readonly string[]) => ['record', ...options, ...ask('Why?')];
    await trial.run(words());
    const [before] = trial.fixtures();
    const again = await trial.run(words());
    expect(again.errors).toBe('0 fixtures written to __llm__. 1 request had one already.\n');
    expect(trial.wire.count).toBe(1);
    await trial.run(words('--refresh'));
    expect(trial.wire.count).toBe(2);
    expect(trial.fixtures()).toEqual([before]);
  });

  test('writes nothing that is secret, of whichever source', async () => {
    const key = `sk-${'a1'.repeat(16)}`;
    await trial.close();
    trial = await ProxiedTrial.open(() => ({
      body: chatAnswer(`Jane Doe has ${key} and order-77`),
    }));
    trial.write('ask.mjs', ASK);
    trial.write('settings.json', JSON.stringify({ scrub: ['order-77'] }));
    const options = ['--scrub', 'Jane Doe', '--config', 'settings.json', '--folder', 'recorded'];
    const environment = { ...trial.environment, OPENAI_API_KEY: key };
    await trial.run(['record', ...options, ...ask('Why?')], { environment });
    const [fixture] = trial.fixtures('recorded');
    expect(fixture?.answer?.choices[0]?.message.content).toBe(
      '[scrubbed] has [scrubbed] and [scrubbed]',
    );
    expect(JSON.stringify(fixture)).not.toContain(key);
  });

  test('names the fixtures that no request used, and removes them where it is told to', async () => {
    await trial.run(['record', ...ask('Why?', 'How?')]);
    const named = await trial.run(['record', ...ask('Why?')]);
    expect(named.errors).toMatch(
      /No request used these fixtures:\n {2}openai-gpt-4o-\w{16}\.json\nTo remove them, add --prune\.\n$/,
    );
    expect(trial.names()).toHaveLength(2);
    await trial.run(['record', '--prune', ...ask('Why?')]);
    expect(trial.names()).toHaveLength(1);
    expect((await trial.run(['replay', ...ask('Why?')])).code).toBe(0);
  });

  test('says which answers could not be recorded, and why', async () => {
    await trial.close();
    trial = await ProxiedTrial.open(
      (): ExchangeResponse => ({ status: 429, body: { error: { message: 'slow down' } } }),
    );
    trial.write('ask.mjs', ASK);
    const { code, errors } = await trial.run(['record', ...ask('Why?')]);
    expect(code).toBe(0);
    expect(errors).toContain(
      'These could not be recorded, and replay refuses them:\n  openai · gpt-4o: its answer was not recorded: the provider answered with an error.\n',
    );
  });

  test('passes the exit code of the command on, also where all was recorded', async () => {
    const code = `${ASK.replaceAll('process.argv.slice(2)', "['Why?']")}; process.exit(7)`;
    trial.write('fail.mjs', code);
    expect(await trial.run(['record', '--', NODE, 'fail.mjs'])).toMatchObject({ code: 7 });
    expect(trial.names()).toHaveLength(1);
  });

  test('may run twice at once in one folder', async () => {
    const questions = ['Why?', 'How?', 'When?', 'Where?'];
    const runs = await Promise.all([
      trial.run(['record', ...ask(...questions)]),
      trial.run(['record', ...ask(...questions.toReversed())]),
    ]);
    expect(runs.map(({ code }) => code)).toEqual([0, 0]);
    expect(trial.names()).toHaveLength(4);
    const replayed = await trial.run(['replay', ...ask(...questions)]);
    expect([replayed.code, replayed.out]).toEqual([0, runs[0]?.out]);
  });

  test('records the pauses of a stream where they are to be replayed', async () => {
    const code = `fetch(process.env.OPENAI_BASE_URL + '/chat/completions', { method: 'POST', headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'gpt-4o', stream: true, messages: [{ role: 'user', content: 'Why?' }] }) })
      .then((response) => response.text()).then(console.log)`;
    const pace = ['--pace', 'recorded'];
    const recorded = await trial.run(['record', ...pace, ...script(code)]);
    expect(trial.fixtures()[0]?.header.delays?.length).toBeGreaterThan(0);
    const replayed = await trial.run(['replay', ...pace, ...script(code)]);
    expect([replayed.code, replayed.out]).toEqual([0, recorded.out]);
  });

  test('refuses a folder that cannot be written, before the command runs', async () => {
    trial.write('file', '');
    const { code, out, errors } = await trial.run(['record', '--folder', 'file/x', ...ask('Why?')]);
    expect([code, out, errors]).toEqual([
      2,
      '',
      expect.stringContaining('Nothing can be written to'),
    ]);
  });
});

describe('a command that asks nothing', () => {
  test.each([
    [['record'], 'nothing was recorded'],
    [['record', '--compare'], 'no fixture was compared'],
    [['replay'], 'no fixture was used'],
  ])('keeps its own exit code, and is warned of: %j', async (verb, consequence) => {
    await trial.run(['record', ...ask('Why?')]);
    for (const code of [0, 5]) {
      const words = [...verb, '--', NODE, '-e', `process.exit(${code})`];
      const printed = await trial.run(words);
      expect(printed.code).toBe(code);
      expect(printed.errors).toMatch(/^Warning: no request of the command came through the cache/);
      expect(printed.errors).toContain(`so ${consequence}.`);
    }
    expect(trial.names().length).toBe(1);
  });
});

describe('replay', () => {
  beforeEach(async () => {
    await trial.run(['record', ...ask('Why?')]);
  });

  test('fails for a request that nobody recorded, although the program took no note', async () => {
    const { code, out, errors } = await trial.run(['replay', ...ask('Why?', 'When?', 'When?')]);
    expect(out).toBe('200 You asked: Why?\n406 no answer\n406 no answer\n');
    const nearest = trial.names()[0];
    expect([code, errors]).toEqual([
      1,
      [
        '1 request answered from the fixtures in __llm__.',
        'Requests without a fixture:',
        `  openai · gpt-4o: no answer is recorded. The nearest is ${nearest}; it differs in messages[0].content. (2 times)`,
        'To record them, run the same command with record in the place of replay.',
        '',
      ].join('\n'),
    ]);
    expect(trial.wire.count).toBe(1);
  });

  test('says so as JSON, with the nearest fixture and the fields that differ', async () => {
    expect(await trial.report(['replay', ...ask('When?')])).toEqual({
      version: 1,
      folder: '__llm__',
      requests: 1,
      answered: 0,
      unrecorded: [
        {
          provider: 'openai',
          model: 'gpt-4o',
          what: expect.stringContaining('no answer is recorded'),
          nearest: trial.names()[0],
          differing: ['messages[0].content'],
        },
      ],
      notCalled: [],
      code: 1,
    });
  });

  test('passes the exit code of a command on that failed by itself', async () => {
    trial.write('fail.mjs', `${ASK}; process.exit(9)`);
    const { code } = await trial.run(['replay', '--', NODE, 'fail.mjs', 'When?']);
    expect(code).toBe(9);
  });

  test('calls nobody for what no fixture can hold, and fails', async () => {
    const { code, out, errors } = await trial.run(['replay', ...script(GET_MODELS)]);
    expect([code, out]).toEqual([1, '406\n']);
    expect(errors).toContain('  GET /v1/models: no fixture can hold its answer.\n');
    expect(trial.wire.count).toBe(1);
  });

  test('gives a placeholder for the keys of the recorded providers alone, and for none that is set', async () => {
    const names = ['OPENAI_API_KEY', 'OPENROUTER_API_KEY', 'ANTHROPIC_API_KEY', 'GROQ_API_KEY'];
    const code = `console.log(JSON.stringify(${JSON.stringify(names)}.map((name) => process.env[name] ?? null)))`;
    const environment = { ...trial.environment, OPENAI_API_KEY: '', OPENROUTER_API_KEY: 'mine' };
    const { out } = await trial.run(['replay', ...script(code)], { environment });
    expect(JSON.parse(out)).toEqual(['replayed', 'mine', null, null]);
  });

  test('changes no file of the folder', async () => {
    const before = trial.names().map((name) => trial.read(`__llm__/${name}`));
    await trial.run(['replay', ...ask('Why?', 'When?')]);
    expect(trial.names().map((name) => trial.read(`__llm__/${name}`))).toEqual(before);
  });

  test('names the place at which a fixture is no JSON any more', async () => {
    const [name = ''] = trial.names();
    trial.write(`__llm__/${name}`, '{\n  "key": oops\n}');
    const { code, errors } = await trial.run(['replay', ...ask('Why?')]);
    expect([code, errors]).toEqual([
      1,
      expect.stringContaining(`The fixture ${name} is no JSON from line 2, column 10 on.`),
    ]);
  });

  test('says where there are no fixtures, and how they are recorded', async () => {
    const { code, errors } = await trial.run(['replay', '--folder', 'none', ...ask('Why?')]);
    expect([code, errors]).toEqual([
      1,
      'error: There are no fixtures in none. To record them, run the same command with record in the place of replay.\n',
    ]);
  });

  test('takes its settings from no variable of the cache, so that it is the same everywhere', async () => {
    const own = {
      CACHED_LLM_NAMESPACE: 'own',
      CACHED_LLM_MODE: 'off',
      CACHED_LLM_STORE: 'redis://x',
    };
    const environment = { ...trial.environment, ...own };
    const { code, out } = await trial.run(['replay', ...ask('Why?')], { environment });
    expect([code, out]).toEqual([0, '200 You asked: Why?\n']);
  });
});
