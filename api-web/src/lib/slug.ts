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

/** The id suggested for a name, with a number behind it where it is taken: "gate", "gate-2". */
export function freeId(displayName: string, taken: ReadonlySet<string>): string {
  const wanted = suggestId(displayName);
  let id = wanted;
  for (let number = 2; taken.has(id); number += 1) {
    const end = `-${number}`;
    id = wanted.slice(0, MAX_LENGTH - end.length) + end;
  }
  return id;
}

/** Whether the server takes it as an id. */
export function isId(text: string): boolean {
  return /^[a-z0-9][a-z0-9-]{0,62}$/.test(text);
}
