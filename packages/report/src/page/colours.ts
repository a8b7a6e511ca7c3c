export type Colour = readonly [red: number, green: number, blue: number];

/** Orange and cyan stay apart for every kind of colour vision, and neither is common in photographs of parts. */
export const segmentationColour: Colour = [255, 110, 0];
export const groundTruthColour: Colour = [0, 210, 255];
