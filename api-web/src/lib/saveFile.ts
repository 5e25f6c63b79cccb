/** Hands files to the person, as the browser saves downloads. */

/** Browsers read the file some time after the click. */
const KEPT_MS = 60_000;

/** A file that was made here. */
export function saveFile(content: Blob, fileName: string): void {
  const url = URL.createObjectURL(content);
  saveFrom(url, fileName);
  setTimeout(() => URL.revokeObjectURL(url), KEPT_MS);
}

/** Has the browser save what the server answers at `path`, whatever its type is. */
export function saveFrom(path: string, fileName: string): void {
  const link = document.createElement("a");
  link.href = path;
  link.download = fileName;
  link.click();
}
