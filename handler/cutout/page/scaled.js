const kept = new WeakMap();

/** A part of a picture scaled down to a size, kept until another is asked for: to scale a large one at
 * each move of the slider would make it stutter. `[source, part]`: what to draw, and which part of it;
 * the picture as it is where it is not larger. */
export function scaled(bitmap, part, width, height) {
  if (width >= part.width) return [bitmap, part];
  const whole = { x: 0, y: 0, width, height };
  const key = [width, height, ...Object.values(part)].join();
  const last = kept.get(bitmap);
  if (last?.key === key) return [last.canvas, whole];
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, part.x, part.y, part.width, part.height, 0, 0, width, height);
  kept.set(bitmap, { key, canvas });
  return [canvas, whole];
}

/** Forgets what is kept of a picture that has been painted on. */
export function outdated(bitmap) {
  kept.delete(bitmap);
}
