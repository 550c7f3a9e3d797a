import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { expectShape } from '../shapes.ts';
import { ASK, NODE, ProxiedTrial } from './proxied.ts';

let trial: ProxiedTrial;
beforeEach(async () => {
  trial = await ProxiedTrial.open();
  trial.write('ask.mjs', ASK);
});
afterEach(() => trial.close());

const ask = (...questions: readonly string[]) => ['--', NODE, 'ask.mjs', ...questions];
const MODELS = ['--', NODE, '-e', "fetch(process.env.OPENAI_BASE_URL + '/models')"];

describe('the report', () => {
  test.each([
    ['run', ['run', '--store', './llm.db', ...ask('Why?')]],
    ['record', ['record', ...ask('Why?', 'How?')]],
    ['record', ['record', '--prune', ...ask('Why?')]],
    ['compare', ['record', '--compare', ...ask('Why?', 'When?')]],
    ['replay', ['replay', ...ask('Why?', 'When?')]],
    ['replay', ['replay', ...MODELS]],
  ])('of %s has its shape: %j', async (name, words) => {
    await trial.run(['record', ...ask('Why?')]);
    expectShape(name, [await trial.report(words)]);
  });

  test('of a command that asked nothing has its shape, and removes no fixture', async () => {
    await trial.run(['record', ...ask('Why?')]);
    const nothing = ['--', NODE, '-e', '0'];
    expectShape('run', [await trial.report(['run', '--store', './llm.db', ...nothing])]);
    expectShape('record', [await trial.report(['record', '--prune', ...nothing])]);
    expectShape('compare', [await trial.report(['record', '--compare', ...nothing])]);
    expectShape('replay', [await trial.report(['replay', ...nothing])]);
    expect(trial.names()).toHaveLength(1);
  });

  test('that cannot be written fails the program', async () => {
    const words = ['run', '--store', './llm.db', '--report', 'none/report.json', ...ask('Why?')];
    const { code, errors } = await trial.run(words);
    expect(code).toBe(1);
    expect(errors).toContain('error: The report cannot be written to none/report.json (ENOENT).');
  });
});
