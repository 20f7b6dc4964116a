const SHORTEST_PAUSE = 3; // seconds
const LONGEST_PAUSE = 60;

/** Returns how many seconds to wait after the `count`th failure in a row: up to 3, then 6, 12 and so on, at
 * most 60. Up to half of it is left to chance, so that pages don't all come back at the same moment. */
export function backoff(count) {
  const longest = Math.min(LONGEST_PAUSE, SHORTEST_PAUSE * 2 ** (count - 1));
  return longest * (1 - Math.random() / 2);
}
