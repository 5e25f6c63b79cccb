/** Hands a file that was made here to the person, as the browser saves downloads. */

/** Browsers read the file some time after the click. */
const KEPT_MS = 60_000;

export function saveFile(content: Blob, fileName: string): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = url;
  link.download = fileName;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), KEPT_MS);
}
