import type { ConformanceCase } from '../conformance-case';
import { casesOf } from '../operation';
import { arrangements } from './arrangements';
import { compositions } from './compositions';
import { conventions } from './conventions';
import { convolutions } from './convolution';
import { elementwiseOperations } from './elementwise';
import { matrices } from './matrices';
import { poolings } from './pooling';
import { reductions } from './reductions';
import { resizings } from './resizing';

/**
 * Every op and gradient that the packages use, with several shapes, strides and paddings: all of them by default, those
 * with `short` set for a backend that is slow.
 */
export const conformanceCases: readonly ConformanceCase[] = [
  ...convolutions,
  ...poolings,
  ...matrices,
  ...resizings,
  ...arrangements,
  ...reductions,
  ...elementwiseOperations,
  ...conventions,
  ...compositions,
].flatMap(casesOf);
