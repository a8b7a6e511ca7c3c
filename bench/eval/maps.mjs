/** Anomaly maps like those of a detector: smooth, noisy, higher in defects, hardly two pixels alike. */

/**
 * @param {number} count half of them good, half with one to four elliptical defects
 * @returns {{ maps: Float32Array, masks: Uint8Array }} `[count, side, side]` each
 */
export function makeMaps(count, side, seed = 1) {
  const random = uniform(seed);
  const maps = new Float32Array(count * side * side);
  const masks = new Uint8Array(maps.length);
  for (let image = 0; image < count; image++) {
    const map = maps.subarray(image * side * side, (image + 1) * side * side);
    const mask = masks.subarray(image * side * side, (image + 1) * side * side);
    addNoise(map, side, random);
    if (image % 2 === 0) continue;
    const defects = 1 + Math.floor(random() * 4);
    for (let defect = 0; defect < defects; defect++) addDefect(map, mask, side, random);
  }
  return { maps, masks };
}

/** Noise on a grid of 16 x 16, interpolated, and a little on each pixel. */
function addNoise(map, side, random) {
  const grid = Float64Array.from({ length: 17 * 17 }, random);
  for (let y = 0; y < side; y++) {
    const [row, down] = split((y * 16) / side);
    for (let x = 0; x < side; x++) {
      const [column, across] = split((x * 16) / side);
      const at = row * 17 + column;
      const above = grid[at] * (1 - across) + grid[at + 1] * across;
      const below = grid[at + 17] * (1 - across) + grid[at + 18] * across;
      map[y * side + x] = 0.3 * (above * (1 - down) + below * down) + 0.1 * random();
    }
  }
}

function addDefect(map, mask, side, random) {
  const [centreY, centreX] = [random() * side, random() * side];
  const [radiusY, radiusX] = [2 + random() * 0.12 * side, 2 + random() * 0.12 * side];
  const strength = 0.05 + 0.35 * random();
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const distance = ((y - centreY) / radiusY) ** 2 + ((x - centreX) / radiusX) ** 2;
      if (distance < 1) mask[y * side + x] = 1;
      if (distance < 9) map[y * side + x] += strength * Math.exp(-distance);
    }
  }
}

function split(value) {
  return [Math.floor(value), value - Math.floor(value)];
}

/** Marsaglia's xorshift, "Xorshift RNGs", Journal of Statistical Software 8(14), 2003. */
function uniform(seed) {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
