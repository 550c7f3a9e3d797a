import { describe, expect, test } from '@jest/globals';
import {
  serverSentEvents,
  splitServerSentEvents,
} from '../../src/wire-server/server-sent-events.ts';

describe('writing server-sent events', () => {
  test('objects become JSON, strings stay as they are, and an event name has its own line', () => {
    const text = serverSentEvents([{ event: 'ping', data: { a: 1 } }, { data: '[DONE]' }]);
    expect(text).toBe('event: ping\ndata: {"a":1}\n\ndata: [DONE]\n\n');
  });

  test('data of several lines has as many data lines', () => {
    expect(serverSentEvents([{ data: 'one\ntwo' }])).toBe('data: one\ndata: two\n\n');
  });
});

describe('splitting a recorded event stream', () => {
  test.each([
    ['line feeds', 'data: 1\n\ndata: 2\n\n', 2],
    ['carriage returns and line feeds', 'data: 1\r\n\r\ndata: 2\r\n\r\n', 2],
    ['comments and spare empty lines', ': hello\n\n\ndata: 1\n\n', 2],
    ['an end without an empty line', 'data: 1\n\ndata: 2', 2],
    ['an empty text', '', 0],
  ])('preserves every character with %s', (_, text, count) => {
    const events = splitServerSentEvents(text);
    expect(events.join('')).toBe(text);
    expect(events).toHaveLength(count);
  });
});
