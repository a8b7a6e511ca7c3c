export { type WritePhotoDefectsOptions, writePhotoDefects } from './write-photo-defects';
export { type WriteSyntheticOptions, writeSynthetic } from './write-synthetic';
