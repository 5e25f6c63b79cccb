/** Which elements are seen: jsdom lays nothing out, so tests say it. */

/** All elements that are observed are seen, or none are, until told otherwise. */
export class FakeViewport implements IntersectionObserver {
  private static isSeen = true;
  private static readonly all = new Set<FakeViewport>();

  readonly root = null;
  readonly rootMargin = "";
  readonly scrollMargin = "";
  readonly thresholds = [];
  private readonly elements = new Set<Element>();

  constructor(private readonly callback: IntersectionObserverCallback) {
    FakeViewport.all.add(this);
  }

  /** Stands in for the browser's, from now on. */
  static install(isSeen = true): void {
    FakeViewport.isSeen = isSeen;
    FakeViewport.all.clear();
    window.IntersectionObserver = FakeViewport;
  }

  /** Scrolls everything into view, or out of it. */
  static show(isSeen: boolean): void {
    FakeViewport.isSeen = isSeen;
    for (const observer of FakeViewport.all) {
      observer.tell([...observer.elements]);
    }
  }

  observe(element: Element): void {
    this.elements.add(element);
    this.tell([element]);
  }

  unobserve(element: Element): void {
    this.elements.delete(element);
  }

  disconnect(): void {
    this.elements.clear();
    FakeViewport.all.delete(this);
  }

  takeRecords(): IntersectionObserverEntry[] {
    return [];
  }

  private tell(elements: Element[]): void {
    const entries = elements.map(
      (target) => ({ target, isIntersecting: FakeViewport.isSeen }) as IntersectionObserverEntry,
    );
    if (entries.length > 0) {
      this.callback(entries, this);
    }
  }
}
