export {
  type BackendSpeed,
  type ConvolutionShape,
  type ConvolutionSpeed,
  measureSpeed,
  type SpeedOptions,
} from '../measure';
export { conformanceCases } from './cases';
export {
  type ConformanceFault,
  type ConformanceOptions,
  type ConformanceReport,
  type ConformanceResult,
  checkConformance,
} from './check';
export type { ConformanceCase } from './conformance-case';
