import { describe, expect, test } from '@jest/globals';
import { isKnownOutage, isOutage } from '../../src/adapter/outage.ts';
import { isOutageStatus } from '../../src/adapter.ts';

describe('a status', () => {
  test.each([408, 429, 500, 502, 503, 504, 529])('%d is an outage of the provider', (status) => {
    expect(isOutageStatus(status)).toBe(true);
  });

  test.each([200, 301, 400, 401, 403, 404, 409, 413, 422])('%d is not an outage', (status) => {
    expect(isOutageStatus(status)).toBe(false);
  });
});

/** An error of a class with this name. The SDKs of OpenAI, Anthropic and Groq do not set the field `name`. */
function errorOfClass(name: string, fields: object = {}, Base = Error): Error {
  const OfClass = { [name]: class extends Base {} }[name] ?? Base;
  return Object.assign(new OfClass('no answer'), fields);
}

describe('an error of an SDK', () => {
  const user = { cause: new Error('the user left'), message: 'The user aborted a request' };
  const OpenAIError = errorOfClass('OpenAIError').constructor as ErrorConstructor;

  test.each<[string, object]>([
    ['openai, nothing answers', errorOfClass('APIConnectionError', {}, OpenAIError)],
    ['openai, time-out', errorOfClass('APIConnectionTimeoutError', {}, OpenAIError)],
    ['openai, rate limit', errorOfClass('RateLimitError', { status: 429 }, OpenAIError)],
    ['groq-sdk, overload', errorOfClass('InternalServerError', { status: 503 })],
    ['mistral, nothing answers', errorOfClass('ConnectionError', { name: 'ConnectionError' })],
    ['mistral, time-out', errorOfClass('RequestTimeoutError', { name: 'RequestTimeoutError' })],
    ['mistral, overload', errorOfClass('SDKError', { statusCode: 503 })],
    ['cohere, time-out', errorOfClass('CohereTimeoutError')],
    ['cohere, time-out by its signal', errorOfClass('CohereError', { cause: 'timeout' })],
    ['cohere, rate limit', errorOfClass('TooManyRequestsError', { statusCode: 429 })],
    ['ollama, overload', errorOfClass('ResponseError', { status_code: 503 })],
    [
      'google, nothing answers',
      new Error('exception', { cause: new TypeError('x', { cause: { code: 'ECONNRESET' } }) }),
    ],
    ['google, time-out of fetch', new DOMException('late', 'TimeoutError')],
    ['bedrock, throttled', { name: 'ThrottlingException', $metadata: { httpStatusCode: 400 } }],
    [
      'bedrock, the model failed',
      { name: 'ModelErrorException', $metadata: { httpStatusCode: 424 } },
    ],
    ['ai, nothing answers', errorOfClass('APICallError', { name: 'AI_APICallError' })],
    ['ai, retries that failed', { name: 'AI_RetryError', lastError: { statusCode: 503 } }],
  ])('is an outage: %s', (_what, error) => {
    expect(isOutage(error)).toBe(true);
    expect(isKnownOutage(error)).toBe(true);
  });

  test.each<[string, object]>([
    ['openai, the caller left', errorOfClass('APIUserAbortError', {}, OpenAIError)],
    ['openai, minified, the caller left', new Error('Request was aborted.')],
    ['openai, no key', new OpenAIError('Missing credentials.')],
    ['groq-sdk, bad request', errorOfClass('BadRequestError', { status: 400 })],
    ['mistral, the caller left', { name: 'RequestAbortedError', cause: { name: 'AbortError' } }],
    ['mistral, a response it refuses', { name: 'ResponseValidationError', statusCode: 200 }],
    ['mistral, a request it refuses', { name: 'SDKValidationError' }],
    ['cohere, the caller left', Object.assign(errorOfClass('CohereError'), user)],
    ['cohere, unprocessable', errorOfClass('UnprocessableEntityError', { statusCode: 422 })],
    ['ollama, bad request', errorOfClass('ResponseError', { status_code: 400 })],
    ['ollama, no such model', errorOfClass('ResponseError', { status_code: 404 })],
    ['google, bad request', { name: 'ApiError', status: 400 }],
    ['bedrock, bad request', { name: 'ValidationException', $metadata: {} }],
    ['bedrock, no credentials', { name: 'CredentialsProviderError' }],
    ['ai, no object', { name: 'AI_NoObjectGeneratedError', cause: new SyntaxError('x') }],
    ['ai, retries of a bad request', { name: 'AI_RetryError', lastError: { statusCode: 400 } }],
  ])('is no outage: %s', (_what, error) => {
    expect(isOutage(error)).toBe(false);
    expect(isKnownOutage(error)).toBe(false);
  });

  test('may be its own cause', () => {
    const error: Error = new Error('again');
    error.cause = error;
    expect(isOutage(error)).toBe(true);
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
