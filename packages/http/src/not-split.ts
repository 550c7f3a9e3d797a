/** The provider did not give one answer for each item. */
export class NotSplit extends Error {
  readonly response: Response;
  readonly asked: readonly unknown[];

  constructor(response: Response, asked: readonly unknown[]) {
    super('Not one answer for each item.');
    this.response = response;
    this.asked = asked;
  }
}
