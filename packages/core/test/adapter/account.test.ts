import {
  accountInKey,
  isAccountHeader,
  isCredential,
  isNeutralHeader,
} from '@cached-llm/core/adapter';
import { describe, expect, test } from '@jest/globals';

type Headers = Readonly<Record<string, string>>;

const namesInKey = (url: string, headers: Headers) =>
  Object.keys(accountInKey({ url, header: (name) => headers[name] }));

const KEY = { authorization: 'Bearer sk-1' };

describe('an answer that only one account can use', () => {
  test.each<[string, string, Headers]>([
    ['a project of OpenAI', 'https://api.openai.com/v1/responses', { 'openai-project': 'p' }],
    ['a project in a region', 'https://eu.api.openai.com/v1/responses', { 'openai-project': 'p' }],
    ['a resource of Azure', 'https://one.openai.azure.com/openai/v1/responses', {}],
    ['a resource of Azure AI', 'https://one.services.ai.azure.com/openai/v1/responses', {}],
    ['a resource of Azure without a path', 'https://one.openai.azure.com', {}],
    [
      'a project of Google Cloud',
      'https://us-east1-aiplatform.googleapis.com/v1/projects/p/locations/l/endpoints/openapi',
      {},
    ],
    ['one of no region', 'https://aiplatform.googleapis.com/v1/projects/p/locations/global', {}],
  ])(
    'has no credential in its key where the request names the account: %s',
    (_what, url, named) => {
      expect(namesInKey(url, { ...KEY, ...named })).toEqual([]);
    },
  );

  test.each<[string, string, Headers]>([
    ['OpenAI', 'https://api.openai.com/v1/responses', {}],
    [
      'an organization alone',
      'https://api.openai.com/v1/responses',
      { 'openai-organization': 'o' },
    ],
    ['an empty project', 'https://api.openai.com/v1/responses', { 'openai-project': '' }],
    ['a gateway', 'https://llm.example.com/v1/responses', { 'openai-project': 'p' }],
    [
      'a host like the one of OpenAI',
      'https://api.openai.com.example.com/v1/responses',
      { 'openai-project': 'p' },
    ],
    ['a path like the host of Azure', 'https://example.com/one.azure.com/responses', {}],
    [
      'Google Cloud without a project',
      'https://aiplatform.googleapis.com/v1/publishers/google',
      {},
    ],
    [
      'who pays at Google',
      'https://generativelanguage.googleapis.com/v1beta',
      { 'x-goog-user-project': 'p' },
    ],
    ['nothing', '', {}],
  ])('has a digest of the credential in its key elsewhere: %s', (_what, url, named) => {
    expect(namesInKey(url, { ...KEY, ...named })).toEqual(['authorization']);
  });

  test('has all of its credentials in its key, and none in clear', () => {
    const given = {
      'api-key': 'secret-1',
      'x-api-key': 'secret-2',
      cookie: 'secret-3',
      accept: '*/*',
    };
    const found = accountInKey({ url: '', header: (name) => (given as Headers)[name] });
    expect(Object.keys(found).sort()).toEqual(['api-key', 'cookie', 'x-api-key']);
    expect(JSON.stringify(found)).not.toContain('secret');
  });
});

test('a header that names an account is in every key, and is no credential', () => {
  const names = [
    'openai-project',
    'openai-organization',
    'anthropic-workspace-id',
    'x-goog-user-project',
  ];
  expect(
    names.map((name) => [isAccountHeader(name), isNeutralHeader(name), isCredential(name)]),
  ).toEqual(names.map(() => [true, false, false]));
});

test('a credential is in no other key', () => {
  const names = ['authorization', 'x-api-key', 'api-key', 'x-goog-api-key', 'cookie'];
  expect(names.filter((name) => !isCredential(name) || !isNeutralHeader(name))).toEqual([]);
});
