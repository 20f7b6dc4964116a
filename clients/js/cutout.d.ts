export type Mode = "fg-image" | "fg-image-shadow" | "fg-mask";
export type FileFormat = "png" | "webp" | "jpg" | "zip";

export type Bytes = File | Blob | ArrayBuffer | ArrayBufferView;

/** A picture's bytes, or its address: a public one, or the `url` that `/v1/uploads` answered with. */
export type Picture = Bytes | URL | string;

/** The API's parameters (docs/api.md). `cropMargin` is `crop-margin`, and so on. */
export interface Parameters {
  mode?: Mode;
  crop?: boolean;
  cropMargin?: string | number;
  format?: FileFormat;
  quality?: number;
  maxSide?: number;
  maxMegapixels?: number;
  width?: number;
  height?: number;
  ratio?: string;
  scale?: string;
  position?: string;
  margin?: string;
  preset?: "square" | "amazon" | "ebay" | "shopify";
  roi?: string;
  shadowOpacity?: number;
  shadowSoftness?: number;
  shadowAngle?: number;
  objects?: boolean;
  qualityHint?: boolean;
  webp?: boolean;
}

export type Progress =
  | {
      /** "work" and "download" follow "upload". Outside browsers, an "upload" has no fraction and lasts
       * until the server answers: there is no "work". */
      phase: "upload" | "work" | "download";
      /** 0 to 1, or null if unknown. */
      fraction: number | null;
      /** Whether the picture is in the request's form or goes through `/v1/uploads`. */
      through: "form" | "uploads";
    }
  | { phase: "wait"; fraction: null; /** Until the next try. */ seconds: number; through?: undefined };

export interface Options extends Parameters {
  /** The server's address: `https://host`, with the stage or prefix if there is one. */
  url: string | URL;
  /** The API key. */
  key?: string;
  /** The background: a colour, or a picture's bytes or address. */
  background?: Picture;
  /** A mask's bytes, which replace the networks: white is kept. */
  mask?: Bytes;
  /** The file's name in the answer; by default the `File`'s own. */
  name?: string;
  /** "blob" (default) returns the file, "json" the API's result with the file as base64. */
  answer?: "blob" | "json";
  /** Cancels: the promise rejects with the signal's reason. */
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
  /** Maximum retries while the server is busy (429, 503), each after the time that it asks for or
   * `backoff`; 4 by default. */
  retries?: number;
  /** Seconds for each request; 180 by default. Browsers count from its last progress. */
  timeout?: number;
  /** More headers for requests to the API. */
  headers?: Record<string, string>;
}

export interface JsonOptions extends Options {
  answer: "json";
  /** "url" returns the file's address in place of its base64; the server needs storage for it. */
  representation?: "base64" | "url";
}

export interface ImageEntity {
  kind: "image";
  name: string;
  /** The file in base64, or its address. */
  image: string;
  format: "PNG" | "WEBP" | "JPG" | "ZIP";
}

export interface FoundObject {
  /** Left, top, width and height, as fractions of the answer's. */
  box: [number, number, number, number];
  entities: { kind: "classes"; classes: Record<string, number> }[];
}

export interface ObjectsEntity {
  kind: "objects";
  name: string;
  objects: FoundObject[];
}

/** One of the API's `results`. */
export interface Result {
  status: { code: "ok"; message: string };
  name: string;
  md5: string;
  width?: number;
  height?: number;
  /** Box of the visible shadow, like a `FoundObject`'s; with `objects`. */
  shadow?: [number, number, number, number];
  quality?: { hint: "found nothing" | "unsure" | "fine"; undecided: number; disagreement?: number };
  entities: [ImageEntity, ...ObjectsEntity[]];
}

export type ErrorCode =
  | "failure" // the picture can't be processed; the message says why
  | "bad-request"
  | "unauthorized"
  | "forbidden"
  | "not-found"
  | "too-large"
  | "invalid"
  | "busy" // still, after all retries
  | "timeout"
  | "network"
  | "unreadable"
  | "http"; // any other status

export class CutOutError extends Error {
  constructor(
    code: ErrorCode,
    message: string,
    terms?: { status?: number; retryAfter?: number | null; isHtml?: boolean; cause?: unknown },
  );
  readonly name: "CutOutError";
  readonly code: ErrorCode;
  /** The HTTP status; 200 for "failure", 0 where there was no answer. */
  readonly status: number;
  /** Seconds that a busy server asks to wait; otherwise null. */
  readonly retryAfter: number | null;
  /** Whether the answer is a web page, such as a gateway's or a network's sign-in page. */
  readonly isHtml: boolean;
}

/** Bytes above which files go through `/v1/uploads`. */
export const LARGEST_FORM: number;

export function cutOut(picture: Picture, options: JsonOptions): Promise<Result>;
export function cutOut(picture: Picture, options: Options & { answer?: "blob" }): Promise<Blob>;

/** The path, relative to the server's address, that prepares the upload of a file. */
export function uploadPath(file: { type: string; name: string }): string;

/** Seconds to wait after the `count`th refusal in a row by a busy server that names no time. */
export function backoff(count: number): number;
