import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { credentialOf } from '../../src/tenants/credential.ts';

const of = (...rawHeaders: string[]) => credentialOf(rawHeaders, '');
const nobody = of('content-type', 'application/json');

describe('A credential', () => {
  test.each([
    ['OpenAI, Mistral, Cohere, Groq', 'Authorization', 'Bearer sk-1'],
    ['Anthropic', 'x-api-key', 'sk-ant-1'],
    ['Azure', 'api-key', 'a1'],
    ['Azure API Management', 'Ocp-Apim-Subscription-Key', 's1'],
    ['Google', 'X-Goog-Api-Key', 'AIza1'],
    ['Google, for a project', 'x-goog-user-project', 'project-1'],
    ['Anthropic, for a workspace', 'anthropic-workspace-id', 'wrkspc_1'],
    ['AWS', 'x-amz-security-token', 't1'],
    ['OpenAI, for an organization', 'openai-organization', 'org-1'],
    ['OpenAI, for a project', 'OpenAI-Project', 'proj-1'],
    ['Portkey', 'x-portkey-api-key', 'p1'],
    ['Portkey, by a name for a key', 'x-portkey-virtual-key', 'v1'],
    ['Helicone', 'Helicone-Auth', 'Bearer h1'],
    ['Cloudflare', 'cf-aig-authorization', 'Bearer c1'],
    ['a session', 'Cookie', 'session=1'],
  ])('is read from the header of %s', (_whose, name, value) => {
    const one = of(name, value);
    expect(one).toEqual({ digest: expect.stringMatching(/^[\w-]{43}$/), isGiven: true });
    expect(of(name.toUpperCase(), value)).toEqual(one);
    expect(of(name, `${value}2`).digest).not.toBe(one.digest);
    expect(one.digest).not.toBe(nobody.digest);
    expect(one.digest).not.toBe(createHash('sha256').update(value).digest('base64url'));
  });

  test.each([
    'key',
    'api-key',
    'api_key',
    'access_token',
    '$oauth_token',
    'subscription-key',
    'sig',
    'X-Amz-Signature',
  ])('is read from the parameter %s of a query', (name) => {
    const [one, other, none] = ['1', '2', undefined].map((value) =>
      credentialOf([], value === undefined ? `?alt=sse` : `?alt=sse&${name}=${value}`),
    );
    expect(one?.isGiven).toBe(true);
    expect(one?.digest).not.toBe(other?.digest);
    expect(none).toEqual(nobody);
  });

  test.each([
    ['idempotency-key', 'ab'],
    ['x-request-id', 'r'],
    ['x-stainless-retry-count', '1'],
    ['user-agent', 'curl'],
    ['proxy-authorization', 'Bearer token-of-the-proxy'],
    ['x-cached-llm-token', 'token-of-the-proxy'],
  ])('has no part in the header %s', (name, value) => {
    expect(of(name, value)).toEqual(nobody);
  });

  test('is the same in whatever order a client writes its headers', () => {
    const [a, b] = [
      ['Authorization', 'Bearer 1'],
      ['OpenAI-Project', 'p'],
    ];
    expect(of(...(a ?? []), ...(b ?? []))).toEqual(of(...(b ?? []), ...(a ?? [])));
  });

  test('is another one where a header comes twice, whichever of them a server reads', () => {
    const twice = of('Authorization', 'Bearer 1', 'authorization', 'Bearer 2');
    const each = ['Bearer 1', 'Bearer 2', 'Bearer 1, Bearer 2'].map((value) =>
      of('Authorization', value),
    );
    expect(each.map(({ digest }) => digest)).not.toContain(twice.digest);
  });

  test('is another one where the same text comes under another name', () => {
    const all = [
      of('x-api-key', '1'),
      of('api-key', '1'),
      credentialOf([], `?api-key=1`),
      of('x-api-key', '1\n["api-key","1"]'),
      of('x-api-key', '1', 'api-key', '1'),
    ];
    expect(new Set(all.map(({ digest }) => digest)).size).toBe(all.length);
  });

  test('is the same after more callers than are remembered', () => {
    const first = of('Authorization', 'Bearer first');
    for (let number = 0; number < 600; number += 1) {
      of('Authorization', `Bearer ${number}`);
      of(`x-header-${number}`, '1');
    }
    expect(of('Authorization', 'Bearer first')).toEqual(first);
  });
});
