import { WeightsError } from '@utad/features';

/** The WeightsError that a promise is rejected with. */
export async function problemOf(promise: Promise<unknown>): Promise<WeightsError> {
  const error = await promise.then(
    () => 'nothing',
    (reason: unknown) => reason,
  );
  if (error instanceof WeightsError) return error;
  throw new Error(`expected a WeightsError, received ${error}`, { cause: error });
}
