/** An answer that says no; whether it is worth another attempt is told by its status. */
export class HttpFailure extends Error {
  override readonly name = 'HttpFailure';
  readonly status: number;

  constructor({ status, statusText }: Response) {
    super(`${status} ${statusText}`.trim());
    this.status = status;
  }
}
