/** Short notices for what was done with one click and has no place of its own on the page. */
import { notifications } from "@mantine/notifications";
import { describeError } from "../api/errors";

const CLOSE = { "aria-label": "Dismiss" };

/** Says that something is done. */
export function notifyDone(message: string): void {
  notifications.show({ message, color: "teal", closeButtonProps: CLOSE });
}

/** Says that `what` did not work and why. */
export function notifyFailure(what: string, error: unknown): void {
  const words = describeError(error);
  notifications.show({
    title: what,
    message: [words.message, ...words.whatToDo].join(" "),
    color: "red",
    closeButtonProps: CLOSE,
    autoClose: 10_000,
  });
}
