/** Notices in words: what each kind is called, how loud it is, and which are told at once. */
import { asSentence } from "../api/errors";
import { type Notice, NoticeKind } from "../gen/ronin/v1/system_pb";
import { MINUTE_MS, timestampMs } from "./time";

export type NoticeTone = "trouble" | "good" | "neutral";

interface KindWords {
  label: string;
  tone: NoticeTone;
  /** Whether it is shown as it comes, over whatever page is open. */
  isTold: boolean;
}

const KINDS: Readonly<Record<NoticeKind, KindWords>> = {
  [NoticeKind.UNSPECIFIED]: { label: "News", tone: "neutral", isTold: false },
  [NoticeKind.CAMERA_LOST]: { label: "Camera lost", tone: "trouble", isTold: true },
  [NoticeKind.CAMERA_BACK]: { label: "Camera back", tone: "good", isTold: true },
  [NoticeKind.RECORDING_FAILED]: { label: "Recording failed", tone: "trouble", isTold: true },
  [NoticeKind.RECORDING_RESUMED]: { label: "Recording again", tone: "good", isTold: true },
  [NoticeKind.STORAGE_FULL]: { label: "Storage full", tone: "trouble", isTold: true },
  [NoticeKind.STORAGE_FREE]: { label: "Storage has room", tone: "good", isTold: false },
  [NoticeKind.STORAGE_DAMAGED]: { label: "Storage damaged", tone: "trouble", isTold: true },
  [NoticeKind.DATABASE_AWAY]: { label: "Database away", tone: "trouble", isTold: false },
  [NoticeKind.DATABASE_BACK]: { label: "Database back", tone: "good", isTold: false },
  [NoticeKind.CLOCK_SET]: { label: "Clock set", tone: "neutral", isTold: false },
  [NoticeKind.DETECTOR_FAILED]: { label: "Detector failed", tone: "trouble", isTold: true },
  [NoticeKind.DETECTOR_BACK]: { label: "Detector back", tone: "good", isTold: false },
};

/** A server that is newer than this page may send kinds that are not known here. */
export function kindWords(kind: NoticeKind): KindWords {
  return KINDS[kind] ?? KINDS[NoticeKind.UNSPECIFIED];
}

/** The kinds to choose from, as the URL names them. */
export const NOTICE_KINDS: readonly { kind: NoticeKind; key: string; label: string }[] =
  Object.values(NoticeKind)
    .filter((kind): kind is NoticeKind => typeof kind === "number")
    .filter((kind) => kind !== NoticeKind.UNSPECIFIED)
    .map((kind) => ({
      kind,
      key: (NoticeKind[kind] ?? "").toLowerCase().replaceAll("_", "-"),
      label: kindWords(kind).label,
    }));

/** What people call the camera of a notice; undefined where it is about none. */
export function cameraOfNotice(
  notice: Notice,
  names: ReadonlyMap<string, string>,
): string | undefined {
  if (notice.camera === "") {
    return undefined;
  }
  return names.get(notice.camera) ?? notice.camera.replace(/^cameras\//, "");
}

/** "Front door: Camera lost. No answer from 192.168.1.20:554 in 5 s." */
export function noticeWords(notice: Notice, names: ReadonlyMap<string, string>): string {
  const camera = cameraOfNotice(notice, names);
  const head = camera === undefined ? "" : `${camera}: `;
  return `${head}${kindWords(notice.kind).label}. ${asSentence(notice.message)}`.trim();
}

/** A notice that arrives later than this, after a night's sleep say, is counted and not told. */
const TOLD_FOR_MS = 2 * MINUTE_MS;
/** More at once are told as one. */
const TOLD_AT_ONCE = 3;

export interface Toast {
  title: string;
  message: string;
  tone: NoticeTone;
}

/** What is shown of notices that came together. */
export function toastsFor(
  notices: readonly Notice[],
  names: ReadonlyMap<string, string>,
  nowMs: number,
): Toast[] {
  const told = notices.filter(
    ({ kind, time }) => kindWords(kind).isTold && nowMs - (timestampMs(time) ?? 0) < TOLD_FOR_MS,
  );
  if (told.length <= TOLD_AT_ONCE) {
    return told.map((notice) => {
      const { label, tone } = kindWords(notice.kind);
      const camera = cameraOfNotice(notice, names);
      return {
        title: camera === undefined ? label : `${camera}: ${label.toLowerCase()}`,
        message: asSentence(notice.message),
        tone,
      };
    });
  }
  const counts = new Map<string, number>();
  for (const { kind } of told) {
    const { label } = kindWords(kind);
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return [
    {
      title: `${told.length} notices at once`,
      message: asSentence([...counts].map(([label, count]) => `${label}: ${count}`).join(", ")),
      tone: told.some(({ kind }) => kindWords(kind).tone === "trouble") ? "trouble" : "good",
    },
  ];
}
