/**
 * Events in words and numbers. Not here: which of them a list shows (`eventFilter`), marks on a
 * timeline (`eventMarks`), words for how one came to be (`eventReasons`).
 */
import { type Event, EventState, type ZoneVisit } from "../gen/ronin/v1/event_pb";
import { cameraFootagePath } from "./footagePath";
import { dateTime, duration, timestampMs } from "./time";
import type { Span } from "./timelineSpans";

/** "events/7" → "7" */
export function eventId(name: string): string {
  return name.replace(/^events\//, "");
}

/** The page of an event, by its name. */
export function eventPath(name: string): string {
  return `/events/${eventId(name)}`;
}

/** "cameras/front-door" → "front-door" */
export function cameraIdOf(camera: string): string {
  return camera.replace(/^cameras\//, "");
}

/** "traffic light" → "Traffic light": models name their classes in lower case. */
export function labelWords(label: string): string {
  return label === "" ? "Object" : label.charAt(0).toUpperCase() + label.slice(1);
}

/** "87 %" */
export function scoreWords(score: number): string {
  return `${Math.round(score * 100)} %`;
}

/** What people call the camera of an event; its id where it is gone. */
export function eventCamera(event: Event, names: ReadonlyMap<string, string>): string {
  return names.get(event.camera) ?? cameraIdOf(event.camera);
}

/** From the first picture with the object to the last one. */
export function eventSpan({ startTime, endTime }: Pick<Event, "startTime" | "endTime">): Span {
  const startMs = timestampMs(startTime) ?? 0;
  return { startMs, endMs: Math.max(timestampMs(endTime) ?? startMs, startMs) };
}

/** "12 s", "12 s so far" */
export function eventLength(event: Event): string {
  const { startMs, endMs } = eventSpan(event);
  const length = duration(endMs - startMs);
  return event.state === EventState.OPEN ? `${length} so far` : length;
}

/** The footage that belongs to the event; the event itself where the server names none. */
export function clipSpan(event: Event): Span {
  const { startMs, endMs } = eventSpan(event);
  return {
    startMs: timestampMs(event.clipStartTime) ?? startMs,
    endMs: timestampMs(event.clipEndTime) ?? endMs,
  };
}

/** Where the footage of the event is, on the page of its camera. */
export function eventFootagePath(event: Event): string {
  return cameraFootagePath(cameraIdOf(event.camera), clipSpan(event).startMs);
}

/** Each zone that was visited once: "Drive", "Door (loitered)". */
export function zoneWords(zones: readonly Pick<ZoneVisit, "zone" | "loitered">[]): string[] {
  const names = [...new Set(zones.map(({ zone }) => zone))];
  return names.map((name) =>
    zones.some(({ zone, loitered }) => zone === name && loitered) ? `${name} (loitered)` : name,
  );
}

/** "Person at Front door, 22 Nov 2026, 14:05:09": what a link to it is called. */
export function eventWords(event: Event, names: ReadonlyMap<string, string>): string {
  const head = `${labelWords(event.label)} at ${eventCamera(event, names)}`;
  return `${head}, ${dateTime(eventSpan(event).startMs)}`;
}

/** Whether a person can have looked at it: what made no event has no mark. */
export function hasReview({ state }: Pick<Event, "state">): boolean {
  return state !== EventState.REJECTED;
}

/** The events that are not marked yet. */
export function unreviewed(events: readonly Event[]): Event[] {
  return events.filter((event) => hasReview(event) && !event.reviewed);
}
