import { DatasetError } from '../errors';

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
export interface DatasetFacts<Id extends string = string> {
  /** What the command line calls it. */
  readonly id: Id;
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
export interface KnownTree<Id extends string = string> extends DatasetFacts<Id> {
  /** Files in folders. */
  readonly format: 'tree';
  /** Where its images and masks lie, for the opener of all such trees. */
  readonly layout: TreeLayout;
}

/** A dataset of classes, one of which is taken as normal: IDX files, or CIFAR-10's binary version. */
export interface KnownClasses<Id extends string = string> extends DatasetFacts<Id> {
  /** The format of its files. */
  readonly format: 'idx' | 'cifar10';
  /** Images in each official split. */
  readonly images: Readonly<Record<'train' | 'test', number>>;
}

/** What there is to know of a published dataset. Plain data, for any program to print. */
export type KnownDataset = KnownTree | KnownClasses;

/**
 * The number of a class that is named by number or name, case and punctuation apart.
 *
 * @throws DatasetError `category-unknown`
 */
export function classNumber({ title, categories }: KnownClasses, named: string | number): number {
  const text = String(named);
  if (/^\d+$/.test(text) && Number(text) < categories.length) return Number(text);
  const wanted = plain(text);
  const byName = categories.findIndex((name) => plain(name) === wanted);
  if (/[a-z]/.test(wanted) && byName >= 0) return byName;
  const message = `category: expected a class of ${title}, 0 to ${categories.length - 1} or ${categories.join(', ')}, received ${named}`;
  throw new DatasetError('category-unknown', message);
}

const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');

/**
 * Where the images and masks of a dataset lie, as data: what a loader of that dataset would do.
 *
 * Patterns are paths below the dataset's root, with forward slashes. `{category}` and `{kind}`, a type of defect, each
 * stand for the name of a folder, or a part of it. In patterns of masks and twins `{name}` is the image's path below its folder, `{stem}`
 * the same without its extension.
 */
export interface TreeLayout {
  /** Folders that an archive puts around the tree: looked into where the root does not hold it itself. */
  readonly inside?: readonly string[];
  /** Where the images are. */
  readonly images: TreeImages;
  /** What the dataset itself calls good images: the name of a folder, or a label. */
  readonly good: string;
  /** Endings of image files, lower-case, where other pictures lie among them. Default: every image. */
  readonly endings?: readonly string[];
  /** Where masks are and how they are read. Absent where there are none. */
  readonly masks?: TreeMasks;
  /** Pattern of the same scene without the defect; synthetic sets only. */
  readonly twin?: string;
}

/** Images in folders of the official splits, in folders without splits, or in a list. */
export type TreeImages =
  | {
      readonly by: 'folder';
      /** Pattern of the folder of good training images, such as `{category}/train/good`. */
      readonly train: string;
      /** Pattern of the folders of test images, such as `{category}/test/{kind}`. */
      readonly test: string;
    }
  | {
      readonly by: 'seed';
      /** Pattern of the folders of all images. There are no official splits; they are made by seed. */
      readonly all: string;
    }
  | {
      readonly by: 'list';
      /** A CSV file with a header and a line for each image, paths below the dataset's root. */
      readonly file: string;
      /** What the columns are called. */
      readonly columns: Readonly<Record<'category' | 'split' | 'label' | 'image' | 'mask', string>>;
    };

/** How masks belong to images. */
export interface TreeMasks {
  /** Patterns tried in turn for each defective image. A list names its masks itself, and this is empty. */
  readonly paths: readonly string[];
  /** A pixel is anomalous where the mask's value is above this, 0 to 254. Default what the values of each mask say. */
  readonly threshold?: number;
}
