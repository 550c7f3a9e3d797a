/** Does the work for each thing, `width` at a time; the first failure ends it. */
export async function inParallel<Thing>(
  things: AsyncIterable<Thing>,
  width: number,
  work: (thing: Thing) => Promise<void>,
): Promise<void> {
  const queue = things[Symbol.asyncIterator]();
  const worker = async () => {
    for (let next = await queue.next(); next.done !== true; next = await queue.next()) {
      await work(next.value);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
}
