/** Camera ids: suggested from what people call the camera, and checked. */

const MAX_LENGTH = 63;

/** "Küche & Flur" → "kuche-flur". Empty where nothing usable is left. */
export function suggestId(displayName: string): string {
  return displayName
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+/, "")
    .slice(0, MAX_LENGTH)
    .replace(/-+$/, "");
}

/** Whether the server takes it as an id. */
export function isId(text: string): boolean {
  return /^[a-z0-9][a-z0-9-]{0,62}$/.test(text);
}
