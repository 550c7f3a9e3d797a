import { describe, expect, test } from '@jest/globals';
import { placeholderKeys } from '../../src/fixtures.ts';

describe('the placeholders of keys', () => {
  test('are for every provider, where none is named', () => {
    expect(Object.keys(placeholderKeys({}))).toEqual([
      'OPENAI_API_KEY',
      'OPENROUTER_API_KEY',
      'ANTHROPIC_API_KEY',
      'GROQ_API_KEY',
      'MISTRAL_API_KEY',
      'CO_API_KEY',
      'COHERE_API_KEY',
      'GEMINI_API_KEY',
      'GOOGLE_GENERATIVE_AI_API_KEY',
      'AWS_ACCESS_KEY_ID',
      'AWS_SECRET_ACCESS_KEY',
      'AWS_REGION',
    ]);
  });

  test('are for the named providers alone', () => {
    expect(placeholderKeys({}, new Set(['groq', 'bedrock']))).toEqual({
      GROQ_API_KEY: 'replayed',
      AWS_ACCESS_KEY_ID: 'replayed',
      AWS_SECRET_ACCESS_KEY: 'replayed',
      AWS_REGION: 'us-east-1',
    });
  });

  test.each([
    ['OPENAI_API_KEY', 'openai', ['OPENROUTER_API_KEY']],
    ['ANTHROPIC_API_KEY', 'anthropic', []],
    ['ANTHROPIC_AUTH_TOKEN', 'anthropic', []],
    ['GOOGLE_API_KEY', 'google', ['GOOGLE_GENERATIVE_AI_API_KEY']],
    ['AWS_SECRET_ACCESS_KEY', 'bedrock', ['AWS_REGION']],
  ])('leave out what is set beside %s', (name, provider, expected) => {
    const keys = placeholderKeys({ [name]: 'mine' }, new Set([provider]));
    expect(Object.keys(keys)).toEqual(expected);
  });

  test('stand in for a key that is set to nothing, as CI sets secrets that a fork may not read', () => {
    expect(placeholderKeys({ GROQ_API_KEY: '' }, new Set(['groq']))).toEqual({
      GROQ_API_KEY: 'replayed',
    });
  });
});
