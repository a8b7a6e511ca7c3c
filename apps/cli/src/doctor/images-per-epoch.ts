/** What an epoch is taken to be, so that presets and machines can be compared. */
export const IMAGES_PER_EPOCH = 200;
