// A box is {left, top, right, bottom}, in pixels; right and bottom are exclusive.

/** Returns the smallest box that contains both; `one` if there is no other. */
export function union(one, other) {
  if (!other) return one;
  return {
    left: Math.min(one.left, other.left),
    top: Math.min(one.top, other.top),
    right: Math.max(one.right, other.right),
    bottom: Math.max(one.bottom, other.bottom),
  };
}

/** Returns the box around points, enlarged by a margin on all sides and rounded outwards to whole
 * pixels. */
export function boxAround(points, margin) {
  const [across, down] = [points.map(({ x }) => x), points.map(({ y }) => y)];
  return {
    left: Math.floor(Math.min(...across) - margin),
    top: Math.floor(Math.min(...down) - margin),
    right: Math.ceil(Math.max(...across) + margin),
    bottom: Math.ceil(Math.max(...down) + margin),
  };
}

/** Returns a box enlarged by a margin on all sides and rounded outwards to whole pixels. */
export function widened({ left, top, right, bottom }, margin) {
  return {
    left: Math.floor(left - margin),
    top: Math.floor(top - margin),
    right: Math.ceil(right + margin),
    bottom: Math.ceil(bottom + margin),
  };
}

/** Returns the part of a box that lies within another one. */
export function within(box, { left, top, right, bottom }) {
  return {
    left: Math.max(box.left, left),
    top: Math.max(box.top, top),
    right: Math.min(box.right, right),
    bottom: Math.min(box.bottom, bottom),
  };
}

/** Returns whether two boxes overlap. */
export function meet(one, other) {
  const { left, top, right, bottom } = within(one, other);
  return left < right && top < bottom;
}
