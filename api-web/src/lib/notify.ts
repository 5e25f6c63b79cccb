/** Short notices for what was done with one click and has no place of its own on the page. */
import { notifications } from "@mantine/notifications";
import type { ReactNode } from "react";
import { describeError } from "../api/errors";

const CLOSE = { "aria-label": "Dismiss" };

/** Says that something is done. */
export function notifyDone(message: string): void {
  notifications.show({ message, color: "teal", closeButtonProps: CLOSE });
}

/** Says that something is done, and how to go on. */
export function notifyNext(message: ReactNode): void {
  notifications.show({
    message,
    color: "teal",
    closeButtonProps: CLOSE,
    // A link takes longer to reach than words to read.
    autoClose: 10_000,
  });
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
