/**
 * Draws a graph in the DOT language as SVG. Graphviz is a megabyte of WebAssembly, so it is fetched
 * when the first graph is drawn and not before.
 */

type Graphviz = Awaited<ReturnType<typeof import("@viz-js/viz")["instance"]>>;

let graphviz: Promise<Graphviz> | undefined;

async function load(): Promise<Graphviz> {
  const { instance } = await import("@viz-js/viz");
  return instance();
}

/** Fails where Graphviz cannot be loaded or the text is no graph. */
export async function drawGraph(dot: string): Promise<SVGSVGElement> {
  graphviz ??= load();
  try {
    return (await graphviz).renderSVGElement(dot);
  } catch (error) {
    // The network may be back at the next attempt.
    graphviz = undefined;
    throw error;
  }
}

/** The text of a file with this drawing. */
export function svgText(svg: SVGSVGElement): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(svg)}\n`;
}
