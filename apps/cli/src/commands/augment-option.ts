/** What `--augment` takes, separated by commas. Apart from its reading, which `--help` need not load. */
export const AUGMENT_TAKES = 'flipHorizontal, flipVertical, rotation=DEGREES, shift=SHARE, brightness=SHARE';
