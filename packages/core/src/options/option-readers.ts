import { fieldPath } from '../key/call-identity.ts';
import { toMilliseconds, toPositiveMilliseconds } from './duration.ts';
import { LlmCacheError } from './errors.ts';
import { kindOf } from './kind-of.ts';
import { type Admit, MODEL_CHANGES, MODES, PACES } from './option-words.ts';
import type { Policy } from './policy.ts';

function invalid(option: string, value: unknown, remedy: string): never {
  throw new LlmCacheError('INVALID_OPTION', `${option} is ${String(value)}. ${remedy}`);
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

const kindOfScope = (given: unknown) => (given === '' ? 'empty' : kindOf(given));

const isTextList = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every(isText);

const readBoolean = (option: string, given: unknown): boolean =>
  typeof given === 'boolean' ? given : invalid(option, given, 'Write true or false.');

function readWord<Word extends string>(option: string, words: readonly Word[], given: unknown) {
  const list = words.map((word) => `'${word}'`).join(', ');
  return words.find((word) => word === given) ?? invalid(option, given, `Write one of ${list}.`);
}

/** One reader an option: checks what was written, and says what to write instead. */
export const OPTION_READERS: {
  readonly [Name in keyof Policy]: (given: never) => Policy[Name];
} = {
  ttl: (given: number) => toPositiveMilliseconds(given, 'ttl'),
  staleWhileRevalidate: (given: number) => toMilliseconds(given, 'staleWhileRevalidate'),
  staleIfError: (given: number) => toMilliseconds(given, 'staleIfError'),
  softTimeout: (given: number) => toPositiveMilliseconds(given, 'softTimeout'),
  renewOnHit: (given: unknown) => readBoolean('renewOnHit', given),
  mode: (given: unknown) => readWord('mode', MODES, given),
  // What was given may name a person, and is not repeated.
  scope: (given: unknown) =>
    isText(given)
      ? given
      : invalid('scope', kindOfScope(given), 'Write a text that names the tenant or user.'),
  requireScope: (given: unknown) => readBoolean('requireScope', given),
  tags: (given: unknown) =>
    isTextList(given) ? given : invalid('tags', given, 'Write an array of texts.'),
  sample: (given: unknown) =>
    Number.isSafeInteger(given) && Number(given) >= 0
      ? Number(given)
      : invalid('sample', given, 'Write a whole number, counted from 0.'),
  explain: (given: unknown) => readBoolean('explain', given),
  onModelChange: (given: unknown) => readWord('onModelChange', MODEL_CHANGES, given),
  version: (given: unknown) =>
    isText(given) ? given : invalid('version', given, "Write a text, such as '2'."),
  ignore: (given: unknown) =>
    isTextList(given)
      ? given.map(fieldPath)
      : invalid('ignore', given, "Write an array of fields, such as ['metadata.run_id']."),
  admit: (given: Admit) =>
    typeof given === 'function' || (typeof given === 'object' && given !== null)
      ? given
      : invalid('admit', given, 'Write a predicate, or an object such as { truncated: true }.'),
  replay: (given: unknown) => readWord('replay', PACES, given),
  crossMode: (given: unknown) => readBoolean('crossMode', given),
  when: (given: Policy['when']) =>
    typeof given === 'function' ? given : invalid('when', given, 'Write a predicate.'),
};
