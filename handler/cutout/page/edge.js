const SIDE = 48;

/** Returns a point on the object's strongest edge, as shares of the picture's sides (0 to 1), to
 * zoom in on first; the middle if there is no edge. */
export function findEdge(bitmap) {
  const canvas = Object.assign(document.createElement("canvas"), { width: SIDE, height: SIDE });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(bitmap, 0, 0, SIDE, SIDE);
  const { data } = context.getImageData(0, 0, SIDE, SIDE);
  const value = (x, y) => (data[4 * (y * SIDE + x)] * data[4 * (y * SIDE + x) + 3]) / 255;
  const alpha = (x, y) => data[4 * (y * SIDE + x) + 3];
  const isMask = data.every((byte, index) => index % 4 !== 3 || byte === 255);
  const at = isMask ? value : alpha;
  let best = { x: SIDE / 2, y: SIDE / 2, step: 0 };
  for (let y = 1; y < SIDE - 1; y++) {
    for (let x = 1; x < SIDE - 1; x++) {
      const step = Math.abs(at(x + 1, y) - at(x - 1, y)) + Math.abs(at(x, y + 1) - at(x, y - 1));
      if (step > best.step) best = { x, y, step };
    }
  }
  return { x: (best.x + 0.5) / SIDE, y: (best.y + 0.5) / SIDE };
}
