import { describe, expect, test } from '@jest/globals';
import { KINDS, type Kind } from '../test-stores.ts';
import { BROWSER } from './browser.ts';

/** The tests of something on each kind of store. Where there is no browser, one test says so, and fails in CI. */
export function describeOnStores(
  what: string,
  testsOn: (kind: Kind, program: string) => void,
): void {
  if (BROWSER !== undefined) {
    const program = BROWSER;
    describe.each(KINDS)(`${what} over a store on %s`, (kind) => testsOn(kind, program));
    return;
  }
  test(`the tests of ${what} DID NOT RUN, because this machine has no Chromium`, () => {
    console.error('The tests of the page did not run: install chromium, as CI does.');
    expect(process.env.CI).toBeUndefined();
  });
}
