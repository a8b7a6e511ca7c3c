import fc from 'fast-check';

// Property tests draw the same examples every time; UTAD_PROPERTY_SEED asks for others, by a number or `random`.
const asked = process.env.UTAD_PROPERTY_SEED ?? '1';
if (asked !== 'random') {
  const seed = Number(asked);
  if (!Number.isSafeInteger(seed))
    throw new Error(`UTAD_PROPERTY_SEED: expected a whole number or random, received ${asked}`);
  fc.configureGlobal({ seed });
}
