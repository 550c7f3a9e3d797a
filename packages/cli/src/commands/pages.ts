/** Takes things as they come, and gives them on in pages. */
export async function* pages<Thing>(
  things: AsyncIterable<Thing>,
  size: number,
): AsyncGenerator<readonly Thing[], void, undefined> {
  let page: Thing[] = [];
  for await (const thing of things) {
    page.push(thing);
    if (page.length < size) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}
