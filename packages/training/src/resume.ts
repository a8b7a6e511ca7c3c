import type * as tf from '@tensorflow/tfjs';
import { CheckpointError, type Progress } from './checkpoint';
import { type Stage, stageWeights } from './stage';

/** The weights of all stages under the names that {@link restoreWeights} looks for. */
export function weightsOf(stages: readonly Stage[]): Map<string, tf.Tensor> {
  return new Map(
    stages.flatMap((stage) =>
      [...stageWeights(stage)].map(([name, value]): [string, tf.Tensor] => [`${stage.name}/${name}`, value]),
    ),
  );
}

/** @throws CheckpointError when a weight is missing or has another shape. */
export function restoreWeights(stages: readonly Stage[], tensors: ReadonlyMap<string, tf.Tensor>): void {
  for (const stage of stages) {
    for (const [name, variable] of stageWeights(stage)) {
      const saved = tensors.get(`${stage.name}/${name}`);
      if (saved === undefined || saved.shape.join() !== variable.shape.join()) {
        throw new CheckpointError(
          `checkpoint: expected ${stage.name}/${name} of shape [${variable.shape}], received ${saved ? `[${saved.shape}]` : 'none'}`,
        );
      }
      variable.assign(saved);
    }
  }
}

/** @throws CheckpointError when the checkpoint is that of another run. */
export function checkIdentity(progress: Progress, identity: string): void {
  if (progress.identity !== identity) {
    throw new CheckpointError(
      'checkpoint: expected one of a run with this configuration, seed and data, received that of another run',
    );
  }
}
