/** Numbers in [0, 1), the same for the same seed (mulberry32). */
export function randomSource(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What an option of a rehearsal says; ends the program with 2 where that is no number. */
export function wholeNumber(name, text, smallest) {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= smallest) return value;
  process.stderr.write(`${name}: expected a whole number from ${smallest}, received ${text}\n`);
  process.exit(2);
}
