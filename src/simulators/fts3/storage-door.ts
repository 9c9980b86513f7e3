/** What a copy needs of a storage, for one URL. All methods throw StorageError. */
export interface StorageDoor {
  /** Size in bytes and Adler-32 (hex digits; null where the storage does not tell) of the file, if it exists. */
  stat(signal: AbortSignal): Promise<{ size: number; adler32: string | null }>;
  read(signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
  /** Writes the whole file, `size` bytes. */
  write(content: AsyncIterable<Uint8Array>, size: number, signal: AbortSignal): Promise<void>;
  remove(): Promise<void>;
}
