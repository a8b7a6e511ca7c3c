import type { TreeLayout } from './tree-layout';

/** Under which terms a dataset may be used. */
export interface DatasetLicence {
  /** SPDX identifier where there is one, else the name that the dataset's own page gives it. */
  readonly name: string;
  /** Where the terms, or the page that states them, can be read. */
  readonly url: string;
  /** Whether the terms must be accepted before the files may be fetched. Default false. */
  readonly accept?: boolean;
}

/** One file that a dataset is published as. */
export interface DatasetSource {
  /** Where it can be downloaded without a form or a login. */
  readonly url: string;
  /** What it is called on disk, relative to the dataset's root. An archive is unpacked in the root. */
  readonly file: string;
  /** Its length, where a citable source gives it. */
  readonly bytes?: number;
  /** Hexadecimal, where a citable source gives it. */
  readonly sha256?: string;
  /** Hexadecimal, where a citable source gives this one only. It finds damage, and no malice. */
  readonly md5?: string;
  /** The page that gives the length or the hash. */
  readonly hashSource?: string;
  /** How it is to be unpacked; absent for a file that is read as it is, and `gz` for one file in gzip. */
  readonly archive?: 'tar.gz' | 'tar.xz' | 'zip' | 'gz' | 'tar';
}

/** What there is to know of any published dataset before its files are there. */
export interface DatasetFacts {
  /** What the command line calls it. */
  readonly id: string;
  /** Its full name. */
  readonly title: string;
  /** What it shows, in one sentence. */
  readonly description: string;
  /** Under which terms it may be used. */
  readonly licence: DatasetLicence;
  /** Authors, title, venue, year. */
  readonly citation: string;
  /** The page of its authors. */
  readonly homepage: string;
  /** The files below its root, a line each, as a person would sketch them. */
  readonly tree: readonly string[];
  /** The products, or the classes of which one is taken as normal. */
  readonly categories: readonly string[];
  /** How its images are divided, in a sentence a split. */
  readonly splits: Readonly<Record<'train' | 'test', string>>;
  /** Where its files are; empty where there is no direct link, and `manual` has the steps. */
  readonly sources: readonly DatasetSource[];
  /** The exact steps by hand. */
  readonly manual?: readonly string[];
}

/** A dataset of image files. */
export interface KnownTree extends DatasetFacts {
  /** Files in folders. */
  readonly kind: 'tree';
  /** Where its images and masks lie, for the opener of all such trees. */
  readonly layout: TreeLayout;
}

/** A dataset of classes, one of which is taken as normal: IDX files, or CIFAR-10's binary version. */
export interface KnownClasses extends DatasetFacts {
  /** The format of its files. */
  readonly kind: 'idx' | 'cifar10';
  /** Images in each official split. */
  readonly images: Readonly<Record<'train' | 'test', number>>;
}

/** What there is to know of a published dataset. Plain data, for any program to print. */
export type KnownDataset = KnownTree | KnownClasses;
