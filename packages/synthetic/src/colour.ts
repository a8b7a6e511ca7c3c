/** Red, green and blue in [0, 1], as displayed (sRGB). */
export type Colour = readonly [red: number, green: number, blue: number];

export const scale = ([r, g, b]: Colour, factor: number): Colour => [r * factor, g * factor, b * factor];

/** `a` at 0, `b` at 1. */
export const mix = (a: Colour, b: Colour, amount: number): Colour => [
  a[0] + (b[0] - a[0]) * amount,
  a[1] + (b[1] - a[1]) * amount,
  a[2] + (b[2] - a[2]) * amount,
];

/** Mean of the absolute differences of the three channels. */
export const difference = (a: Colour, b: Colour): number =>
  (Math.abs(a[0] - b[0]) + Math.abs(a[1] - b[1]) + Math.abs(a[2] - b[2])) / 3;

export const brightness = ([r, g, b]: Colour): number => (r + g + b) / 3;

/** A colour of the wheel; `hue` in turns, so that 0 and 1 are the same. */
export function wheel(hue: number, saturation: number, value: number): Colour {
  const channel = (offset: number) => {
    const turn = (((hue + offset) % 1) + 1) % 1;
    const ramp = Math.min(1, Math.max(0, Math.abs(turn * 6 - 3) - 1));
    return value * (1 - saturation + saturation * ramp);
  };
  return [channel(0), channel(2 / 3), channel(1 / 3)];
}
