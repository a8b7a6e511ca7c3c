export type { Codes } from './codes';
export { LatentError, type LatentErrorCode } from './error';
export { type Neighbour, nearestNeighbours } from './nearest-neighbours';
export {
  type PcaProjection,
  type Projection,
  type ProjectOptions,
  project,
  type TSneProjection,
} from './project';
export { projectInSlices, type SliceOptions } from './project-in-slices';
