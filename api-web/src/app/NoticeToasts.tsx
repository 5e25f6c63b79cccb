/** Tells notices as they come: a toast for those that matter now, and words for screen readers. */
import { VisuallyHidden } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useCallback, useEffect, useRef, useState } from "react";
import { useNavigate } from "react-router";
import { useCameraNames } from "../api/cameras";
import { useEachNotice } from "../api/NoticeWatchProvider";
import type { Notice } from "../gen/ronin/v1/system_pb";
import { noticeWords, type Toast, toastsFor } from "../lib/notices";

/** A switch that loses its power takes many cameras with it: what comes within this is one piece. */
const TOGETHER_MS = 500;
/** Trouble stays longer. */
const CLOSE_MS = { trouble: 20_000, good: 8_000, neutral: 8_000 } as const;
const COLORS = { trouble: "red", good: "teal", neutral: "ronin" } as const;

export function NoticeToasts() {
  const cameraNames = useCameraNames();
  const navigate = useNavigate();
  const names = useRef(cameraNames);
  names.current = cameraNames;
  const waiting = useRef<Notice[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const [spoken, setSpoken] = useState("");

  const tell = useCallback(() => {
    const notices = waiting.current;
    waiting.current = [];
    timer.current = undefined;
    const toasts = toastsFor(notices, names.current, Date.now());
    for (const toast of toasts) {
      show(toast, () => void navigate("/notices"));
    }
    const words = toasts.length === 1 && notices.length > 1 && toasts[0];
    setSpoken(
      words
        ? `${words.title}. ${words.message}`
        : notices.map((notice) => noticeWords(notice, names.current)).join(" "),
    );
  }, [navigate]);

  useEachNotice(
    useCallback(
      (notice: Notice) => {
        waiting.current.push(notice);
        timer.current ??= setTimeout(tell, TOGETHER_MS);
      },
      [tell],
    ),
  );
  useEffect(() => () => clearTimeout(timer.current), []);

  return (
    <VisuallyHidden role="log" aria-live="polite" aria-label="News of cameras and storage">
      {spoken}
    </VisuallyHidden>
  );
}

function show({ title, message, tone }: Toast, onOpen: () => void): void {
  notifications.show({
    title,
    message,
    color: COLORS[tone],
    autoClose: CLOSE_MS[tone],
    // The live region speaks; the toast would say the same again.
    role: "group",
    "aria-label": title,
    style: { cursor: "pointer" },
    onClick: onOpen,
    closeButtonProps: { "aria-label": "Dismiss", onClick: (event) => event.stopPropagation() },
  });
}
