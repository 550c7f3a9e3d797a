/** One after the other, and again from the first. */
export function takingTurns<Item>(first: Item, ...others: readonly Item[]): () => Item {
  const items = [first, ...others];
  let turn = 0;
  return () => {
    turn = (turn + 1) % items.length;
    return items[turn] ?? first;
  };
}
