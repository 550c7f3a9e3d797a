/** `total` in whole parts by weight, which add up to it: how a bill for many items is split between them. */
export function shareOut(total: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((all, weight) => all + weight, 0);
  let weighed = 0;
  let given = 0;
  return weights.map((weight) => {
    weighed += weight;
    const upToHere = sum === 0 ? 0 : Math.round((total * weighed) / sum);
    const share = upToHere - given;
    given = upToHere;
    return share;
  });
}
