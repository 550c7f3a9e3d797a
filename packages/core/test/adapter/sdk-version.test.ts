import { describe, expect, test } from '@jest/globals';
import { installedVersion, requireVersion, versionInUserAgent } from '../../src/adapter.ts';

const expected = {
  wrapper: 'cachedAcme',
  package: 'acme',
  range: '>=1.15.1 <3',
};

describe('a version of an SDK', () => {
  test.each(['1.15.1', '1.16.0', '2.0.0', '2.99.9', 'Acme/JS 2.7.0', undefined, 'unknown'])(
    'is accepted inside the range, or where it is not known: %s',
    (version) => {
      expect(() => requireVersion(expected, version)).not.toThrow();
    },
  );

  test.each(['1.15.0', '0.9.0', '1.2.99', '3.0.0', 'Acme/JS 4.0.1'])(
    'is refused outside of it, with the version and the range: %s',
    (version) => {
      const number = version.replace('Acme/JS ', '');
      expect(() => requireVersion(expected, version)).toThrow(
        `cachedAcme takes a client of acme >=1.15.1 <3; this is version ${number}. Install a version of that range.`,
      );
    },
  );

  test('is read from what a client sends, or from the package that is installed', () => {
    expect(versionInUserAgent({ getUserAgent: () => 'OpenAI/JS 7.0.0' })).toBe('OpenAI/JS 7.0.0');
    expect(versionInUserAgent({})).toBeUndefined();
    expect(installedVersion(import.meta.url, 'fast-check')).toMatch(/^\d+\./);
    expect(installedVersion(import.meta.url, 'no-such-package')).toBeUndefined();
  });
});
