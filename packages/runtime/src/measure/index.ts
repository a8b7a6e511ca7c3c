export type { ConvolutionShape, ConvolutionSpeed } from './convolution-speed';
export { type BackendSpeed, measureSpeed, type SpeedOptions } from './measure-speed';
