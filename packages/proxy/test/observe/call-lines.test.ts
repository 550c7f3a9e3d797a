import type { ProxiedCall } from '@cached-llm/proxy';
import { describe, expect, test } from '@jest/globals';
import { accessLine, accessLog, liveLine } from '../../src/observe/call-lines.ts';

const hit: ProxiedCall = {
  route: 'openai',
  model: 'gpt-4.1-mini',
  outcome: 'hit',
  status: 200,
  ms: 1.2345,
  tokens: 41,
  saved: 0.000123,
};
const bare: ProxiedCall = {
  route: undefined,
  model: undefined,
  outcome: 'refused',
  status: 404,
  ms: 0.04,
  tokens: undefined,
  saved: undefined,
};
const AT = Date.UTC(2026, 0, 1);

/** ESC, a line end, a mark of direction, DEL, and a control of the other half of Latin 1. */
const HOSTILE = 'm\u001b[2J\n{"outcome":"hit"}\u202e\u007f\u009bx';
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

describe('The access log', () => {
  test('has a line of JSON for each call, without what is unknown', () => {
    expect(JSON.parse(accessLine(hit, AT))).toEqual({
      time: '2026-01-01T00:00:00.000Z',
      ...hit,
      ms: 1.2,
    });
    expect(JSON.parse(accessLine(bare, AT))).toEqual({
      time: '2026-01-01T00:00:00.000Z',
      outcome: 'refused',
      status: 404,
      ms: 0,
    });
  });

  test('is one line of visible characters, whatever a caller names a model, and the same JSON', () => {
    const line = accessLine({ ...hit, model: HOSTILE }, AT);
    expect(line).not.toMatch(HIDDEN);
    expect(JSON.parse(line).model).toBe(HOSTILE);
  });

  test('writes a long name short', () => {
    const { model } = JSON.parse(accessLine({ ...hit, model: '🌊'.repeat(5_000) }, AT));
    expect(model).toBe(`${'🌊'.repeat(29)}…`);
  });

  test('is written once for all calls of a turn, in their order', async () => {
    const written: string[] = [];
    const log = accessLog({ write: (text) => written.push(text), now: () => AT });
    log(hit);
    log(bare);
    expect(written).toEqual([]);
    await new Promise(setImmediate);
    expect(written).toEqual([`${accessLine(hit, AT)}\n${accessLine(bare, AT)}\n`]);
    log(bare);
    await new Promise(setImmediate);
    expect(written[1]).toBe(`${accessLine(bare, AT)}\n`);
  });
});

describe('The live line', () => {
  test('says outcome, route, model, milliseconds, tokens and money', () => {
    expect(liveLine(hit)).toBe(
      'hit         openai  gpt-4.1-mini  1.2 ms  41 tokens  $0.000123 saved',
    );
    expect(liveLine({ ...hit, outcome: 'miss', ms: 812.4, saved: 0 })).toBe(
      'miss        openai  gpt-4.1-mini  812 ms  41 tokens',
    );
  });

  test('says the status of a failure, and leaves out what is unknown', () => {
    expect(liveLine(bare)).toBe('refused     -  status 404  0 ms');
    expect(liveLine({ ...bare, outcome: 'miss', status: 0 })).toBe(
      'miss        -  the client left  0 ms',
    );
  });

  test('shows what nobody sees, so that no name moves the cursor', () => {
    const line = liveLine({ ...hit, model: HOSTILE, route: HOSTILE });
    expect(line).not.toMatch(HIDDEN);
    expect(line).toContain('\\u001b[2J\\n');
  });

  test('has colours where they are asked for: of the outcome, and red of a failure', () => {
    const painted = (call: ProxiedCall) => liveLine(call, { isColoured: true }).slice(0, 8);
    expect(painted(hit)).toBe('\u001b[32mhit');
    expect(painted({ ...hit, status: 500 })).toBe('\u001b[31mhit');
    expect(painted({ ...hit, outcome: 'bypass' })).toBe('bypass  ');
  });
});
