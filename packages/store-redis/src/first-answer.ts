import { RedisUnavailableError } from './redis-errors.ts';

/**
 * The first to answer, so that one that hangs holds nobody up.
 * @throws RedisUnavailableError where none does; a permanent one only where all are
 */
export async function firstAnswer<Answer>(asked: readonly Promise<Answer>[]): Promise<Answer> {
  try {
    return await Promise.any(asked);
  } catch (error) {
    const errors: unknown[] = error instanceof AggregateError ? error.errors : [error];
    const faults = errors.map((cause) => new RedisUnavailableError(cause));
    throw faults.find(({ isPermanent }) => !isPermanent) ?? faults[0];
  }
}
