/** Data that cannot be drawn: pixels, maps or masks whose length does not fit their size, or values that are not numbers. */
export class ReportError extends Error {
  override readonly name = 'ReportError';
}
