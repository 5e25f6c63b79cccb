/** Full screen, which jsdom lacks. */
import { act } from "@testing-library/react";

/** The browser has full screen; returns what is shown in it, and how the browser leaves it by itself. */
export function haveFullScreen({ refuses = false } = {}) {
  let shown: Element | null = null;
  const become = (element: Element | null) => {
    shown = element;
    act(() => void document.dispatchEvent(new Event("fullscreenchange")));
  };
  const replace = (target: object, name: string, descriptor: PropertyDescriptor) =>
    Object.defineProperty(target, name, { configurable: true, ...descriptor });
  replace(document, "fullscreenEnabled", { value: true });
  replace(document, "fullscreenElement", { get: () => shown });
  replace(document, "exitFullscreen", { value: async () => become(null) });
  replace(HTMLElement.prototype, "requestFullscreen", {
    async value(this: HTMLElement) {
      if (refuses) {
        throw new TypeError("permissions check failed");
      }
      become(this);
    },
  });
  return { shown: () => shown, leave: () => become(null) };
}

export function haveNoFullScreen(): void {
  for (const name of ["fullscreenEnabled", "fullscreenElement", "exitFullscreen"]) {
    Reflect.deleteProperty(document, name);
  }
  Reflect.deleteProperty(HTMLElement.prototype, "requestFullscreen");
}
