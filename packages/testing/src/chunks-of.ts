/** Everything that a stream gives, once it has ended. */
export async function chunksOf<Chunk>(
  stream: AsyncIterable<Chunk> | PromiseLike<AsyncIterable<Chunk>>,
): Promise<Chunk[]> {
  const chunks: Chunk[] = [];
  for await (const chunk of await stream) chunks.push(chunk);
  return chunks;
}
