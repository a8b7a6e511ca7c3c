import { useBackend } from '@utad/runtime/node';

// Every test file of a package that computes with tensors runs on the best backend of the machine that can train.
await useBackend({ training: true });
