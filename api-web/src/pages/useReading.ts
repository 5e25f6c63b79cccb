/** Whether somebody reads a list: it is scrolled, or the keyboard is in it. */
import { type RefObject, useEffect, useState } from "react";

/** Less than this is no scrolling. */
const SCROLLED_PX = 80;

export function useReading(list: RefObject<HTMLElement | null>): boolean {
  const [isScrolled, setScrolled] = useState(false);
  const [hasFocus, setFocus] = useState(false);
  useEffect(() => {
    const onScroll = () => setScrolled(window.scrollY > SCROLLED_PX);
    const holds = (target: EventTarget | null) =>
      target instanceof Node && list.current?.contains(target) === true;
    const onFocusIn = ({ target }: FocusEvent) => setFocus(holds(target));
    const onFocusOut = ({ relatedTarget }: FocusEvent) => setFocus(holds(relatedTarget));
    onScroll();
    window.addEventListener("scroll", onScroll, { passive: true });
    document.addEventListener("focusin", onFocusIn);
    document.addEventListener("focusout", onFocusOut);
    return () => {
      window.removeEventListener("scroll", onScroll);
      document.removeEventListener("focusin", onFocusIn);
      document.removeEventListener("focusout", onFocusOut);
    };
  }, [list]);
  return isScrolled || hasFocus;
}
