/** Where a record has the byte that three channels would have at `index`: grey stands for all three. */
export function rgbIndex(index: number, channels: 1 | 3): number {
  return channels === 3 ? index : Math.floor(index / 3);
}
