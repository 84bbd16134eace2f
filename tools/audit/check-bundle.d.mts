// What TypeScript knows of the stand-alone script.
export declare const DIGESTS_FILE: string;

export declare class UsageError extends Error {}

export interface BundleFailure {
  /** Number of the digest; `Infinity` where it is about the bundle as a whole. */
  readonly digest: number;
  /** Of the event in its digest; −1 where it is the digest that fails. */
  readonly index: number;
  readonly position: string | null;
  readonly id: string | null;
  readonly stream: string | null;
  readonly message: string;
}

export interface BundleReport {
  readonly ok: boolean;
  readonly failures: readonly BundleFailure[];
  readonly notes: readonly string[];
  readonly createdAt: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly events: number;
  readonly digests: number;
  readonly lastDigest: { readonly number: number; readonly to: string; readonly time: string } | null;
  readonly keys: readonly string[];
}

export declare function checkBundle(
  file: string,
  options: {
    readonly trust: readonly string[];
    readonly earlier?: readonly string[];
    readonly digests?: readonly string[];
  },
): Promise<BundleReport>;

export declare function renderReport(report: BundleReport): string;
