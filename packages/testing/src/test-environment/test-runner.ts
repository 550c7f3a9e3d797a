/** The function `expect` of a test runner, as far as the suites use it. */
export type Expect = (actual: unknown) => { toEqual(expected: unknown): unknown };

/** The functions of a test runner that a suite registers itself with; every runner has them. */
export interface TestRunner {
  describe(name: string, define: () => void): unknown;
  test(name: string, run: () => Promise<void>): unknown;
  beforeEach(run: () => Promise<void>): unknown;
  afterEach(run: () => Promise<void>): unknown;
  readonly expect: Expect;
}
