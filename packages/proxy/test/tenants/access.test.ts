import { describe, expect, test } from '@jest/globals';
import {
  accessRules,
  corsHeaders,
  preflightHeaders,
  withoutToken,
} from '../../src/tenants/index.ts';

const TOKEN = 'a-token-of-the-proxy-0123456789';
const loopback = { host: '127.0.0.1' };
const asked = (headers: Record<string, string>, url = '/openai/v1/models') => ({ url, headers });
const codeOf = (options: Parameters<typeof accessRules>[0], request: ReturnType<typeof asked>) =>
  accessRules(options)(request)?.code;

describe('The Host header', () => {
  test.each([
    'localhost:4141',
    'LOCALHOST',
    'app.localhost:4141',
    '127.0.0.1:4141',
    '127.8.8.8',
    '[::1]:4141',
    '[::ffff:127.0.0.1]:4141',
  ])('%s names this host', (host) => {
    expect(codeOf(loopback, asked({ host }))).toBeUndefined();
  });

  test.each([
    'evil.example:4141',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '127.0.0.1@evil.example',
    'evil.example#localhost',
    '10.0.0.1:4141',
    '0.0.0.0:4141',
    'localhost:4141:80',
    'localhost:4141, evil.example',
    '[::1',
    '',
  ])('%s is refused, because somebody may have made it lead here', (host) => {
    expect(codeOf(loopback, asked({ host }))).toBe('host');
  });

  test('is refused where it is missing', () => {
    expect(codeOf(loopback, asked({}))).toBe('host');
  });

  test('may name any host where the proxy has a token, which no page knows', () => {
    const headers = { host: 'cached-llm.svc:4141', 'x-cached-llm-token': TOKEN };
    expect(codeOf({ host: '0.0.0.0', token: TOKEN }, asked(headers))).toBeUndefined();
  });
});

describe('A token', () => {
  const rules = accessRules({ host: '0.0.0.0', token: TOKEN });
  const host = 'proxy.internal';

  test.each([
    ['the header x-cached-llm-token', asked({ host, 'x-cached-llm-token': TOKEN })],
    ['proxy-authorization', asked({ host, 'proxy-authorization': `Bearer ${TOKEN}` })],
    ['the path', asked({ host }, `/~${TOKEN}/openai/v1/models?limit=1`)],
    ['the path alone', asked({ host }, `/~${TOKEN}`)],
  ])('is taken from %s', (_where, request) => {
    expect(rules(request)).toBeUndefined();
  });

  test.each([
    ['none', asked({ host })],
    ['another one', asked({ host, 'x-cached-llm-token': `${TOKEN}x` })],
    ['its beginning', asked({ host, 'x-cached-llm-token': TOKEN.slice(0, -1) })],
    ['an empty one', asked({ host, 'x-cached-llm-token': '' })],
    ['one in the wrong scheme', asked({ host, 'proxy-authorization': `Basic ${TOKEN}` })],
    ['the credential of a provider', asked({ host, authorization: `Bearer ${TOKEN}` })],
    ['the beginning of a path', asked({ host }, `/~${TOKEN}x/openai`)],
    ['a place within a path', asked({ host }, `/openai/~${TOKEN}`)],
  ])('is wanted where there is %s', (_which, request) => {
    expect(rules(request)).toMatchObject({ status: 401, code: 'token' });
  });

  test('is in no message', () => {
    const refusal = rules(asked({ host, 'x-cached-llm-token': 'a-guess-of-somebody-0' }));
    expect(JSON.stringify(refusal)).not.toMatch(/a-guess|0123456789/);
  });

  test('is not part of the path that others see', () => {
    expect(withoutToken(`/~${TOKEN}/openai/v1/models?a=1`)).toBe('/openai/v1/models?a=1');
    expect(withoutToken(`/~${TOKEN}?a=1`)).toBe('/?a=1');
    expect(withoutToken(`/~${TOKEN}`)).toBe('/');
    expect(withoutToken('/openai/v1/models')).toBe('/openai/v1/models');
  });

  test.each(['0.0.0.0', '::', '192.168.1.2', 'proxy.internal', '127.0.0.1.example.com'])(
    'has to be given for the address %s, which others can reach',
    (address) => {
      expect(() => accessRules({ host: address })).toThrow(/there is no token/);
    },
  );

  test.each(['', 'short', 'a token with spaces in it', 'with/slashes/in/it/0123'])(
    'has to be long, and fit into a URL: %p does not',
    (token) => {
      expect(() => accessRules({ ...loopback, token })).toThrow(/^token is too short/);
    },
  );
});

describe('A page of a browser', () => {
  const page = 'https://app.example.com';
  const host = 'localhost:4141';

  test.each([
    ['from another origin', { host, origin: page }],
    ['without an origin', { host, 'sec-fetch-site': 'cross-site' }],
    ['of a file', { host, origin: 'null' }],
    ['of an extension', { host, origin: 'chrome-extension://abc' }],
  ])('is refused %s', (_which, headers) => {
    expect(codeOf(loopback, asked(headers))).toBe('origin');
    expect(corsHeaders(page, {})).toEqual({});
  });

  test('that a person opens by its address is none', () => {
    expect(codeOf(loopback, asked({ host, 'sec-fetch-site': 'none' }))).toBeUndefined();
  });

  test.each([[page], ['*']])('may ask and read where %s is allowed', (allowed) => {
    const options = { ...loopback, allowedOrigins: [allowed] };
    expect(codeOf(options, asked({ host, origin: page }))).toBeUndefined();
    expect(corsHeaders(page, options)).toMatchObject({
      'access-control-allow-origin': page,
      vary: 'origin',
    });
  });

  test('of another origin than the allowed one is refused', () => {
    const options = { ...loopback, allowedOrigins: [page] };
    expect(codeOf(options, asked({ host, origin: `${page}.evil.example` }))).toBe('origin');
  });

  test('asks first whether it may ask, for which a browser has no token', () => {
    const options = { ...loopback, token: TOKEN, allowedOrigins: [page] };
    const headers = {
      host,
      origin: page,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization, content-type',
    };
    const request = { ...asked(headers), method: 'OPTIONS' };
    expect(accessRules(options)(request)).toBeUndefined();
    expect(preflightHeaders(request, options)).toMatchObject({
      'access-control-allow-origin': page,
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': 'authorization, content-type',
    });
    expect(accessRules(options)({ ...request, method: 'POST' })?.code).toBe('token');
    expect(preflightHeaders({ ...request, method: 'POST' }, options)).toBeUndefined();
  });
});
