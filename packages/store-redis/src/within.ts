/**
 * @param milliseconds until it is given up
 * @throws Error where `promise` has not settled by then
 */
export async function within<Value>(milliseconds: number, promise: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const impatience = new Promise<never>((_, reject) => {
    const error = new Error('Connection timeout: the server does not answer.');
    timer = setTimeout(() => reject(error), milliseconds).unref();
  });
  return Promise.race([promise, impatience]).finally(() => clearTimeout(timer));
}
