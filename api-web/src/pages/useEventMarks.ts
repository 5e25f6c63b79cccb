/** The reader's marks: set, taken away, and undone. */
import { useCallback, useState } from "react";
import { useReview } from "../api/events";
import type { Marks } from "../components/events/EventActions";
import type { Event } from "../gen/ronin/v1/event_pb";
import { hasReview } from "../lib/events";
import { notifyFailure } from "../lib/notify";

export function useEventMarks() {
  const review = useReview();
  /** The last ones; undefined where there is nothing to undo. */
  const [marks, setMarks] = useState<Marks>();
  const mark = useCallback(
    (names: readonly string[], reviewed: boolean) => {
      setMarks({ names, reviewed });
      review(names, reviewed).catch((error) => {
        setMarks(undefined);
        notifyFailure("The marks could not be saved", error);
      });
    },
    [review],
  );
  return {
    marks,
    mark,
    /** Marks it, or takes its mark away. */
    toggle: useCallback(
      (event: Event) => {
        if (hasReview(event)) {
          mark([event.name], !event.reviewed);
        }
      },
      [mark],
    ),
    undo: () => {
      if (marks) {
        setMarks(undefined);
        review(marks.names, !marks.reviewed).catch((error) =>
          notifyFailure("The marks could not be taken back", error),
        );
      }
    },
  };
}
