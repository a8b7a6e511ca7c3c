import { z } from 'zod';

const speed = z.number().nullable();

const fault = z.object({
  op: z.string(),
  case: z.string(),
  what: z.string(),
  kind: z.enum(['wrong', 'missing', 'failed', 'leak']),
  error: z.number().nullable(),
  tolerance: z.number(),
  kernel: z.string().nullable(),
  message: z.string(),
});

const convolution = z.object({
  input: z.array(z.number()),
  kernel: z.number(),
  filters: z.number(),
  forward: z.number(),
  gradients: speed,
});

const epoch = z.object({
  preset: z.string(),
  /** Of 200 images through every stage; null where it could not be estimated. */
  seconds: z.number(),
  /** `measured`: by training steps of this preset; `estimated`: from the steps and operations of others. */
  basis: z.enum(['measured', 'estimated']),
});

/**
 * What the process that measures a backend says, a line each, as soon as it knows it: what it said before it died is
 * kept.
 */
const doctorPart = z.discriminatedUnion('part', [
  z.object({
    part: z.literal('backend'),
    name: z.string(),
    version: z.string(),
    device: z.string(),
    reason: z.string(),
  }),
  z.object({ part: z.literal('gradients'), checked: z.number(), wrong: z.array(fault) }),
  z.object({
    part: z.literal('speed'),
    gflops: z.object({ forward: z.number(), gradients: speed }),
    convolutions: z.array(convolution),
    bandwidth: z.number(),
  }),
  z.object({ part: z.literal('epochs'), epochs: z.array(epoch) }),
]);

export type DoctorPart = z.infer<typeof doctorPart>;
export type EpochEstimate = z.infer<typeof epoch>;
export type Fault = z.infer<typeof fault>;

const MARK = 'utad-doctor ';

/** A part as a line of stdout. */
export function lineOf(part: DoctorPart): string {
  return `${MARK}${JSON.stringify(part)}\n`;
}

/** The part that a line holds; undefined where it is something else, such as what a library prints. */
export function partIn(line: string): DoctorPart | undefined {
  if (!line.startsWith(MARK)) return undefined;
  const parsed = doctorPart.safeParse(JSON.parse(line.slice(MARK.length)));
  return parsed.success ? parsed.data : undefined;
}
