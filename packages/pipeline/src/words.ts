import type { Description, DetectorDescription, Reduction } from '@utad/detector';

/** The image that is given. */
const INPUT = { name: 'input', symbol: 'x' } as const;

/** One picture against another one, or the input, by their keys. */
export interface PictureGoal {
  /** Which pixels count: those inside the defect masks, or those outside. */
  readonly where: 'inside' | 'outside';
  /** What both pictures should be. */
  readonly target: 'clean twin' | 'input';
  /** What share of the reference's difference from the target the picture may have. */
  readonly goal: { readonly atMost: number } | { readonly below: number };
  /** What is judged. */
  readonly picture: string;
  /** What it is set against; `input` for the input. */
  readonly reference: string;
}

/** A picture whose difference from the input is drawn, and what its maps are called. */
export interface PictureDifference {
  /** Maps name their group by it. */
  readonly key: string;
  /** By its key. */
  readonly picture: string;
  /** As a formula, such as `|x − m|`. */
  readonly name: string;
  /** Heads the maps. */
  readonly heading: string;
  /** What they show, for who does not see it. */
  readonly description: string;
}

/** What a kind of detector calls what it computes. Whatever it does not describe goes by its own name. */
export class Words {
  /**
   * @param kind Its name.
   * @param description From its `DetectorKind`.
   */
  constructor(
    private readonly kind: string,
    private readonly description: DetectorDescription = {},
  ) {}

  /** What tables call the detector's own score. */
  get score(): string {
    return this.description.score ?? this.kind;
  }

  /** What its latent codes are, in a sentence. */
  get codes(): string | undefined {
    return this.description.codes;
  }

  /** Pictures whose difference from the input is drawn: the one in which a defect is gone. */
  get differences(): readonly PictureDifference[] {
    const { impression } = this.description.repair ?? {};
    if (impression === undefined) return [];
    const { name } = this.picture(impression);
    return [
      {
        key: 'repair',
        picture: impression,
        name: `|${INPUT.symbol} − ${this.symbol(impression)}|`,
        heading: `Repaired by the ${name}`,
        description: `Difference of input and ${name}`,
      },
    ];
  }

  /** A sentence on where pictures should differ from the input; undefined for a kind that repairs nothing. */
  get changes(): string | undefined {
    const { impression } = this.description.repair ?? {};
    if (impression === undefined) return undefined;
    const { name } = this.picture(impression);
    const article = /^[aeiou]/i.test(name) ? 'An' : 'A';
    return `${article} ${name} should differ from the input where the defect is, and nowhere else.`;
  }

  /** What repairing is judged by, where clean twins are there; nothing for a kind that repairs nothing. */
  get goals(): readonly PictureGoal[] {
    const { impression, reconstruction } = this.description.repair ?? {};
    if (impression === undefined || reconstruction === undefined) return [];
    return [
      // It has removed enough of a defect when it keeps at most half of its difference to the clean twin.
      {
        ...{ where: 'inside', target: 'clean twin', goal: { atMost: 0.5 } },
        ...{ picture: impression, reference: 'input' },
      },
      {
        ...{ where: 'outside', target: 'input', goal: { below: 1 } },
        ...{ picture: reconstruction, reference: impression },
      },
    ];
  }

  /** A sentence over {@link goals}. */
  get aboutGoals(): string | undefined {
    return this.description.repair?.about;
  }

  /** What groups of parts are called. */
  get partGroups(): { readonly key: string; readonly heading?: string }[] {
    const groups = Object.entries(this.description.groups ?? {});
    return groups.map(([key, { heading }]) => ({ key, ...(heading !== undefined && { heading }) }));
  }

  /** Groups whose terms a comparison of detectors lists, with the label that they have there. */
  get listedGroups(): (readonly [label: string, group: string])[] {
    const groups = Object.entries(this.description.groups ?? {});
    return groups.flatMap(([group, { label }]) => (label === undefined ? [] : [[label, group] as const]));
  }

  /** Name and symbol of a picture, or of the `input`; the symbol is empty where it has none. */
  picture(key: string): Required<Description> {
    if (key === 'input') return INPUT;
    const { name, symbol = '' } = this.description.pictures?.[key] ?? { name: key };
    return { name, symbol };
  }

  /** The symbol of a picture, or its key where it has none. */
  symbol(key: string): string {
    return this.picture(key).symbol || key;
  }

  /** Pictures, or what is known of each, in the order in which they are shown; those not described come last. */
  inOrder<T>(pictures: Readonly<Record<string, T>>): [key: string, picture: T][] {
    const known = Object.keys(this.description.pictures ?? {});
    const place = (key: string) => (known.includes(key) ? known.indexOf(key) : known.length);
    return Object.entries(pictures).sort(([a], [b]) => place(a) - place(b));
  }

  /** A part of the map, `group/term`: its symbol, else its name. */
  part(part: string): string {
    const group = partGroup(part);
    const term = group === undefined ? '' : part.slice(group.length + 1);
    const described = this.description.parts?.[group ?? part]?.(term);
    return described?.symbol ?? described?.name ?? (term || (group ?? part));
  }
}

/** The group of a part of the map: `layer` of `layer/conv1_2`; undefined where its name has none. */
export function partGroup(part: string): string | undefined {
  return part.includes('/') ? part.slice(0, part.indexOf('/')) : undefined;
}

/** How a score comes from a map, in words; undefined where it is another number of the detector's own. */
export function reductionName(reduction: Reduction | null): string | undefined {
  if (reduction === null) return undefined;
  if (reduction === 'mean') return 'mean';
  if (reduction === 'max') return 'maximum';
  return 'quantile' in reduction
    ? `${reduction.quantile} quantile`
    : `mean of the highest ${Number((100 * reduction.highest).toPrecision(12))} %`;
}
