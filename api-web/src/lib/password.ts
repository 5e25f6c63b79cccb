/** The server's rules for passwords, told before it is asked. */

const MIN_LENGTH = 8;
const MAX_LENGTH = 1024;

/** What is wrong with a new password; null when nothing is. */
export function passwordProblem(password: string): string | null {
  if (password.length < MIN_LENGTH) {
    return `Use at least ${MIN_LENGTH} characters.`;
  }
  return password.length > MAX_LENGTH ? `Use at most ${MAX_LENGTH} characters.` : null;
}
