/** Runs the notice watch for as long as somebody is signed in, and gives out what it brings. */
import { useQuery, useTransport } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useState,
  useSyncExternalStore,
} from "react";
import { type Notice, SystemService } from "../gen/ronin/v1/system_pb";
import { timestampMs } from "../lib/time";
import { LATEST_INPUT, NoticeWatch } from "./noticeWatch";
import { SeenNotices } from "./seenNotices";
import { useWatchLife } from "./useWatchLife";

interface Notices {
  watch: NoticeWatch;
  seen: SeenNotices;
}

const NoticeContext = createContext<Notices | undefined>(undefined);

export function NoticeWatchProvider({ children }: { children: ReactNode }) {
  const transport = useTransport();
  const queryClient = useQueryClient();
  const [notices] = useState(() => ({
    watch: new NoticeWatch({ transport, queryClient }),
    seen: new SeenNotices(window.localStorage),
  }));
  useWatchLife(notices.watch);
  return <NoticeContext value={notices}>{children}</NoticeContext>;
}

function useNotices(): Notices {
  const notices = useContext(NoticeContext);
  if (notices === undefined) {
    throw new Error("notices are used outside NoticeWatchProvider");
  }
  return notices;
}

/** Calls `listener` for each notice that comes in while the component is there. */
export function useEachNotice(listener: (notice: Notice) => void): void {
  const { watch } = useNotices();
  useEffect(() => watch.onNotice(listener), [watch, listener]);
}

/** The latest notices, how many of them are news to the person, and a way to say that they are not. */
export function useLatestNotices() {
  const { seen } = useNotices();
  const query = useQuery(SystemService.method.listNotices, LATEST_INPUT, {
    // The watch asks for it and keeps it fresh.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
  });
  const seenMs = useSyncExternalStore(seen.subscribe, seen.untilMs);
  const notices = query.data?.notices;
  const isUnseen = (notice: Notice) => (timestampMs(notice.time) ?? 0) > seenMs;
  return {
    ...query,
    notices,
    isUnseen,
    unseen: notices?.filter(isUnseen).length ?? 0,
    /** All notices that are listed now have been seen. */
    sawAll: () => {
      const newest = Math.max(0, ...(notices ?? []).map(({ time }) => timestampMs(time) ?? 0));
      seen.saw(newest);
    },
  };
}
