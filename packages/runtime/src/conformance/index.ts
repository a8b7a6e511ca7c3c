export {
  type BackendSpeed,
  type ConvolutionShape,
  type ConvolutionSpeed,
  measureSpeed,
  type SpeedOptions,
} from '../measure';
export {
  type ConformanceFault,
  type ConformanceOptions,
  type ConformanceReport,
  type ConformanceResult,
  checkConformance,
  conformanceCases,
} from './check';
export type { ConformanceCase } from './operation';
