import * as tf from '@tensorflow/tfjs';
import { isNumbers } from './read-call';

/** The gradient of `tf.tile` for any rank: along each axis, the sum over the copies. */
export const tileGradient: tf.GradConfig['gradFunc'] = (dy, [x], { reps }) => {
  if (dy instanceof tf.Tensor && x !== undefined && isNumbers(reps)) {
    return {
      x: () =>
        tf.tidy(() => {
          const shape = [...dy.shape];
          let sum = dy;
          for (const [axis, copies] of reps.entries()) {
            const outer = shape.slice(0, axis).reduce((product, side) => product * side, 1);
            shape[axis] = x.shape[axis] ?? 0;
            if (copies > 1) sum = sum.reshape([outer, copies, -1]).sum(1);
          }
          return sum.reshape(x.shape);
        }),
    };
  }
  throw new TypeError('Tile: expected one gradient, x and reps');
};
