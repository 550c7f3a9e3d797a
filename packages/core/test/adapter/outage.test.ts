import { describe, expect, test } from '@jest/globals';
import { isOutage } from '../../src/adapter/outage.ts';
import { isOutageStatus } from '../../src/adapter.ts';

describe('a status', () => {
  test.each([408, 429, 500, 502, 503, 504, 529])('%d is an outage of the provider', (status) => {
    expect(isOutageStatus(status)).toBe(true);
  });

  test.each([200, 301, 400, 401, 403, 404, 409, 413, 422])('%d is not an outage', (status) => {
    expect(isOutageStatus(status)).toBe(false);
  });
});

describe('an error', () => {
  test.each([
    { code: 'ECONNREFUSED' },
    { code: 'ETIMEDOUT' },
    { code: 'EAI_AGAIN' },
    { code: 'UND_ERR_CONNECT_TIMEOUT' },
    { name: 'APIConnectionError' },
    { name: 'TypeError', cause: { code: 'EHOSTUNREACH' } },
  ])('%j is an outage of the provider', (error) => {
    expect(isOutage(error)).toBe(true);
  });

  test.each([
    { status: 404, code: 'ECONNRESET' },
    { name: 'AbortError' },
    { name: 'RangeError' },
    { name: 'TypeError', cause: { name: 'SyntaxError' } },
  ])('%j is caused by the request or the code', (error) => {
    expect(isOutage(error)).toBe(false);
  });

  test.each(['text', 7, null, undefined])('%p is not an outage', (error) => {
    expect(isOutage(error)).toBe(false);
  });
});
