/**
 * Where cameras of a brand have their streams: paths to begin with, and where the sub stream is set.
 * Sources: the brands' own pages (Hikvision support 17000129022, Reolink support 900000630706,
 * Axis VAPIX video streaming, Synology "Share Stream Path").
 *
 * A path that a person typed is never replaced.
 */

export type BrandId = "dahua" | "hikvision" | "reolink" | "tapo" | "axis" | "synology" | "other";

export interface StreamPaths {
  main: string;
  sub: string;
}

export interface Brand {
  id: BrandId;
  label: string;
  /** Paths of the first channel; empty where cameras of the brand have none in common. */
  paths: StreamPaths;
  /** What to know before connecting. */
  note: string;
  /** Where the sub stream is set in the camera. */
  subWhere: string;
}

const NO_PATHS: StreamPaths = { main: "", sub: "" };

export const BRANDS: readonly Brand[] = [
  {
    id: "other",
    label: "Other, or a whole address",
    paths: NO_PATHS,
    note: "Paste the whole rtsp:// address into Address. The camera's manual or its page under Network, RTSP or Streaming names it.",
    subWhere: "in the camera's own page, mostly under Video, Encode or Stream",
  },
  {
    id: "dahua",
    label: "Amcrest, Dahua",
    paths: {
      main: "/cam/realmonitor?channel=1&subtype=0",
      sub: "/cam/realmonitor?channel=1&subtype=1",
    },
    note: "Behind a recorder, channel is the number of the camera there.",
    subWhere: "in the camera's page under Video, as Sub Stream",
  },
  {
    id: "hikvision",
    label: "Hikvision",
    paths: { main: "/Streaming/Channels/101", sub: "/Streaming/Channels/102" },
    note: "Behind a recorder the first digit is the number of the camera there: 201 and 202.",
    subWhere: "in the camera's page under Video, with the stream type Sub Stream",
  },
  {
    id: "reolink",
    label: "Reolink",
    paths: { main: "/h264Preview_01_main", sub: "/h264Preview_01_sub" },
    note: "Newer models want RTSP switched on in the camera's network settings first. Battery cameras have it behind a Home Hub only.",
    subWhere: "in the Reolink app or client under Stream, where it is called Fluent",
  },
  {
    id: "tapo",
    label: "TP-Link Tapo",
    paths: { main: "/stream1", sub: "/stream2" },
    note: "User and password are those of the camera account, made in the Tapo app under Advanced Settings, Camera Account. They are not those of the TP-Link account.",
    subWhere: "nowhere: it is always on, as /stream2",
  },
  {
    id: "axis",
    label: "Axis",
    paths: {
      main: "/axis-media/media.amp?videocodec=h264",
      sub: "/axis-media/media.amp?videocodec=h264&resolution=640x360",
    },
    note: "Codec and size are part of the path.",
    subWhere: "in its path, as resolution=640x360",
  },
  {
    id: "synology",
    label: "Synology Surveillance Station",
    paths: NO_PATHS,
    note: "Surveillance Station gives the address: right-click the camera, Share Stream Path, RTSP, valid for ever. Paste it into Address.",
    subWhere: "in Surveillance Station, in the video settings of the camera",
  },
];

export function brandOf(id: BrandId): Brand {
  return BRANDS.find((brand) => brand.id === id) ?? (BRANDS[0] as Brand);
}

/** The paths of a brand in the place of those of another; what was typed stays. */
export function pathsFor(brand: Brand, now: StreamPaths): StreamPaths {
  const isOurs = (path: string) =>
    path === "" || BRANDS.some(({ paths }) => paths.main === path || paths.sub === path);
  return {
    main: isOurs(now.main) ? brand.paths.main : now.main,
    sub: isOurs(now.sub) ? brand.paths.sub : now.sub,
  };
}

interface Pattern {
  brand: BrandId;
  /** What is special about the path of either stream. */
  path: RegExp;
  isSub: RegExp;
  main: (path: string) => string;
  sub: (path: string) => string;
}

const PATTERNS: readonly Pattern[] = [
  {
    brand: "dahua",
    path: /^\/cam\/realmonitor\?.*subtype=\d/i,
    isSub: /subtype=[1-9]/i,
    main: (path) => path.replace(/subtype=\d/i, "subtype=0"),
    sub: (path) => path.replace(/subtype=\d/i, "subtype=1"),
  },
  {
    brand: "hikvision",
    path: /^\/(?:ISAPI\/)?Streaming\/Channels\/\d+0[1-3]/i,
    isSub: /Channels\/\d+0[23]/i,
    main: (path) => path.replace(/(Channels\/\d+0)\d/i, "$11"),
    sub: (path) => path.replace(/(Channels\/\d+0)\d/i, "$12"),
  },
  {
    brand: "reolink",
    path: /^\/+(?:h26[45])?Preview_\d+_(?:main|sub)/i,
    isSub: /_sub/i,
    main: (path) => path.replace(/_(?:main|sub)/i, "_main"),
    sub: (path) => path.replace(/_(?:main|sub)/i, "_sub").replace(/h265/i, "h264"),
  },
  {
    brand: "tapo",
    path: /^\/stream[12]$/i,
    isSub: /2$/,
    main: () => "/stream1",
    sub: () => "/stream2",
  },
  {
    brand: "axis",
    path: /^\/axis-media\/media\.amp/i,
    isSub: /resolution=/i,
    main: (path) => path,
    sub: () => brandOf("axis").paths.sub,
  },
];

export interface KnownPath {
  brand: BrandId;
  paths: StreamPaths;
  /** Whether the path was that of the sub stream. */
  isSub: boolean;
}

/** The brand that a path is of, and the path of the other stream beside it. */
export function recognise(path: string): KnownPath | undefined {
  const pattern = PATTERNS.find((known) => known.path.test(path));
  if (pattern === undefined) {
    return undefined;
  }
  // A size in a path of Axis may be that of either stream.
  const isSub = pattern.brand !== "axis" && pattern.isSub.test(path);
  return {
    brand: pattern.brand,
    isSub,
    paths: {
      main: isSub ? pattern.main(path) : path,
      sub: isSub ? path : pattern.sub(path),
    },
  };
}
