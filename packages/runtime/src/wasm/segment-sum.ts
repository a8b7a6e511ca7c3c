import * as tf from '@tensorflow/tfjs';
import type { CorrectedKernel } from '../corrections/kernel-correction';
import { inputOf } from '../corrections/read-call';

const OP = 'UnsortedSegmentSum';

/** `UnsortedSegmentSum`, which the backend does not have: the gradient of `tf.gather`. Ids out of range count nowhere. */
export const segmentSum: CorrectedKernel = (call) => {
  const x = inputOf(call, OP, 'x');
  const ids = inputOf(call, OP, 'segmentIds');
  const segments = call.attrs?.numSegments;
  if (typeof segments !== 'number') throw new TypeError(`${OP}: expected numSegments`);
  return tf.tidy(() => {
    const rest = x.shape.slice(ids.rank);
    const size = tf.util.sizeFromShape(rest);
    const rows = x.reshape([ids.size, size]);
    // What is out of range goes to one more segment, as scattering would write it anywhere.
    const inside = tf.logicalAnd(tf.greaterEqual(ids, 0), tf.less(ids, segments));
    const places = tf.where(inside, ids, tf.fill(ids.shape, segments, 'int32')).reshape([ids.size, 1]);
    const sums = tf.scatterND(places.toInt(), rows, [segments + 1, size]);
    return sums.slice([0, 0], [segments, size]).reshape([segments, ...rest]);
  });
};
