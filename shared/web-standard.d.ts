// The part of the web platform that every runtime of Kilowit has. `shared/` is compiled against
// this and nothing else, so that neither DOM nor Node can leak in.

type BufferSource = ArrayBuffer | ArrayBufferView<ArrayBuffer>

type KeyUsage =
  | 'encrypt'
  | 'decrypt'
  | 'sign'
  | 'verify'
  | 'deriveKey'
  | 'deriveBits'
  | 'wrapKey'
  | 'unwrapKey'

interface Algorithm {
  name: string
  [parameter: string]: unknown
}

interface CryptoKey {
  readonly type: 'public' | 'private' | 'secret'
  readonly extractable: boolean
  readonly algorithm: Algorithm
  readonly usages: KeyUsage[]
}

interface CryptoKeyPair {
  privateKey: CryptoKey
  publicKey: CryptoKey
}

interface JsonWebKey {
  kty?: string
  crv?: string
  x?: string
  y?: string
}

interface SubtleCrypto {
  digest(algorithm: string, data: BufferSource): Promise<ArrayBuffer>
  encrypt(algorithm: Algorithm, key: CryptoKey, data: BufferSource): Promise<ArrayBuffer>
  decrypt(algorithm: Algorithm, key: CryptoKey, data: BufferSource): Promise<ArrayBuffer>
  sign(algorithm: Algorithm | string, key: CryptoKey, data: BufferSource): Promise<ArrayBuffer>
  verify(
    algorithm: Algorithm | string,
    key: CryptoKey,
    signature: BufferSource,
    data: BufferSource,
  ): Promise<boolean>
  deriveBits(algorithm: Algorithm, key: CryptoKey, length: number): Promise<ArrayBuffer>
  deriveKey(
    algorithm: Algorithm,
    key: CryptoKey,
    derived: Algorithm,
    extractable: boolean,
    usages: KeyUsage[],
  ): Promise<CryptoKey>
  generateKey(
    algorithm: Algorithm | string,
    extractable: boolean,
    usages: KeyUsage[],
  ): Promise<CryptoKey | CryptoKeyPair>
  importKey(
    format: 'jwk',
    data: JsonWebKey,
    algorithm: Algorithm | string,
    extractable: boolean,
    usages: KeyUsage[],
  ): Promise<CryptoKey>
  importKey(
    format: 'raw' | 'pkcs8' | 'spki',
    data: BufferSource,
    algorithm: Algorithm | string,
    extractable: boolean,
    usages: KeyUsage[],
  ): Promise<CryptoKey>
  exportKey(format: 'jwk', key: CryptoKey): Promise<JsonWebKey>
  exportKey(format: 'raw' | 'pkcs8' | 'spki', key: CryptoKey): Promise<ArrayBuffer>
  wrapKey(
    format: 'raw' | 'pkcs8',
    key: CryptoKey,
    wrappingKey: CryptoKey,
    algorithm: Algorithm | string,
  ): Promise<ArrayBuffer>
  unwrapKey(
    format: 'raw' | 'pkcs8',
    wrapped: BufferSource,
    unwrappingKey: CryptoKey,
    algorithm: Algorithm | string,
    unwrapped: Algorithm | string,
    extractable: boolean,
    usages: KeyUsage[],
  ): Promise<CryptoKey>
}

declare const crypto: {
  readonly subtle: SubtleCrypto
  getRandomValues<T extends ArrayBufferView<ArrayBuffer>>(array: T): T
}

declare class TextEncoder {
  encode(text?: string): Uint8Array<ArrayBuffer>
}

declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean })
  decode(bytes?: BufferSource, options?: { stream?: boolean }): string
}

declare function atob(text: string): string
declare function btoa(text: string): string

declare class URLSearchParams {
  constructor(init?: Record<string, string> | string)
  get(name: string): string | null
  set(name: string, value: string): void
  toString(): string
}

declare class URL {
  constructor(url: string, base?: string)
  searchParams: URLSearchParams
  readonly origin: string
  readonly protocol: string
  readonly username: string
  readonly password: string
  readonly hostname: string
  readonly pathname: string
  readonly search: string
  readonly href: string
  toString(): string
}

interface AbortSignal {
  readonly aborted: boolean
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void
}

declare class Headers {
  constructor(init?: Record<string, string>)
  get(name: string): string | null
  set(name: string, value: string): void
}

interface ReadableStreamReader<T> {
  read(): Promise<{ done: false; value: T } | { done: true; value?: undefined }>
  cancel(reason?: unknown): Promise<void>
  releaseLock(): void
}

interface ReadableStream<T = Uint8Array<ArrayBuffer>> {
  getReader(): ReadableStreamReader<T>
}

interface Response {
  readonly ok: boolean
  readonly status: number
  readonly headers: Headers
  readonly body: ReadableStream | null
  arrayBuffer(): Promise<ArrayBuffer>
  json(): Promise<unknown>
  text(): Promise<string>
}

interface RequestInit {
  method?: string
  headers?: Headers | Record<string, string>
  body?: string | BufferSource
  signal?: AbortSignal
}

declare function setTimeout(handler: () => void, ms: number): number | object
declare function clearTimeout(handle: number | object | undefined): void
