const kept = new WeakMap();

/** A picture scaled down to a size, kept until another size is asked for: to scale a large one at
 * each move of the slider would make it stutter. Returned as it is where it is not larger. */
export function scaled(bitmap, width, height) {
  if (width >= bitmap.width) return bitmap;
  const last = kept.get(bitmap);
  if (last?.width === width && last.height === height) return last;
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, width, height);
  kept.set(bitmap, canvas);
  return canvas;
}
