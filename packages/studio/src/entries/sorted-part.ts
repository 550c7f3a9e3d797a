/** Ranges of this length are sorted by insertion. */
const SHORT = 24;

type Compare = (one: number, other: number) => number;

const at = (numbers: Uint32Array, index: number): number => numbers[index] ?? 0; // within its length

function insertionSort(numbers: Uint32Array, compare: Compare, [low, high]: Range): void {
  for (let next = low + 1; next < high; next += 1) {
    const number = at(numbers, next);
    let place = next;
    while (place > low && compare(at(numbers, place - 1), number) > 0) {
      numbers[place] = at(numbers, place - 1);
      place -= 1;
    }
    numbers[place] = number;
  }
}

type Three = readonly [one: number, other: number, third: number];

function medianOf([one, other, third]: Three, compare: Compare): number {
  if (compare(one, other) > 0) return medianOf([other, one, third], compare);
  if (compare(other, third) <= 0) return other;
  return compare(one, third) > 0 ? one : third;
}

/** From the first place, and before the second. */
type Range = readonly [number, number];

/** Moves what is smaller than a pivot before what is larger. Returns the place where the second part begins. */
function partition(numbers: Uint32Array, compare: Compare, [low, high]: Range): number {
  const [first, last] = [at(numbers, low), at(numbers, high - 1)];
  const pivot = medianOf([first, at(numbers, (low + high) >> 1), last], compare);
  let [left, right] = [low - 1, high];
  for (;;) {
    do left += 1;
    while (compare(at(numbers, left), pivot) < 0);
    do right -= 1;
    while (compare(at(numbers, right), pivot) > 0);
    if (left >= right) return right + 1;
    const moved = at(numbers, left);
    numbers[left] = at(numbers, right);
    numbers[right] = moved;
  }
}

/**
 * Sorts a part of a list in its place, as if all of it were sorted: the other parts are only known to come before or after.
 * It takes time in proportion to the length of the list, where sorting all would take a second for a million.
 */
export function sortPart(numbers: Uint32Array, compare: Compare, [from, to]: Range): void {
  const open: Range[] = [[0, numbers.length]];
  for (let range = open.pop(); range !== undefined; range = open.pop()) {
    const [low, high] = range;
    if (high <= from || low >= to || high - low < 2) continue;
    if (high - low <= SHORT) insertionSort(numbers, compare, range);
    else {
      const middle = partition(numbers, compare, range);
      open.push([low, middle], [middle, high]);
    }
  }
}
