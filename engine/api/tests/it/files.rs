//! Live pictures, recorded files and the app over plain HTTP.

use std::{fs, os::unix::fs::symlink, time::Duration};

use bytes::Bytes;
use ronin_core::{RunId, Segment, SegmentId, WallTime, live::LiveSegment};

use crate::support::{Answer, Server, Start, request};

struct Signed {
    server: Server,
    bearer: String,
}

impl Signed {
    async fn start() -> Self {
        let server = Server::start().await;
        let bearer = format!("Bearer {}", server.login().await);
        Self { server, bearer }
    }

    async fn ask(&self, line: &str, headers: &[(&str, &str)]) -> Answer {
        let mut all = vec![("authorization", self.bearer.as_str())];
        all.extend_from_slice(headers);
        request(self.server.address, line, &all).await
    }

    async fn segment(&self, path: &str) -> String {
        let segment = Segment {
            id: SegmentId::generate(),
            camera: "front".parse().unwrap(),
            run: RunId::generate(),
            sequence: 0,
            start: WallTime::from_micros(0),
            end: WallTime::from_micros(60_000_000),
            path: path.into(),
            size_bytes: 10,
            frames: 1,
            codecs: Vec::new(),
            width: 0,
            height: 0,
        };
        self.server.deps.store.upsert_segment(&segment).await.unwrap();
        format!("/segments/{}.mp4", segment.id)
    }
}

#[tokio::test]
async fn a_recorded_file_comes_whole_or_in_parts() {
    let signed = Signed::start().await;
    let folder = signed.server.path("storage/front/1970-01-01");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("00-00-00.mp4"), "0123456789").unwrap();
    let url = signed.segment("front/1970-01-01/00-00-00.mp4").await;
    let get = format!("GET {url}");

    let whole = signed.ask(&get, &[]).await;
    assert_eq!((whole.status, whole.text().as_str()), (200, "0123456789"));
    assert_eq!(whole.header("content-type"), Some("video/mp4"));
    assert_eq!(whole.header("accept-ranges"), Some("bytes"));
    let name = "inline; filename=\"front_1970-01-01_00-00-00.mp4\"";
    assert_eq!(whole.header("content-disposition"), Some(name));
    let head = signed.ask(&format!("HEAD {url}"), &[]).await;
    assert_eq!((head.status, head.header("content-length"), head.body.len()), (200, Some("10"), 0));

    let part = signed.ask(&get, &[("range", "bytes=2-4")]).await;
    assert_eq!((part.status, part.text().as_str()), (206, "234"));
    assert_eq!(part.header("content-range"), Some("bytes 2-4/10"));
    let tail = signed.ask(&get, &[("range", "bytes=-3")]).await;
    assert_eq!((tail.status, tail.text().as_str()), (206, "789"));
    let many = format!("bytes={}", vec!["0-0"; 1000].join(","));
    for range in ["bytes=10-", "bytes=4-2", "bytes=x", &many] {
        let answer = signed.ask(&get, &[("range", range)]).await;
        assert_eq!(answer.status, 416);
        assert_eq!(answer.header("content-range"), Some("bytes */10"));
    }
    let etag = whole.header("etag").unwrap();
    let same = signed.ask(&get, &[("if-none-match", etag)]).await;
    assert_eq!((same.status, same.body.len()), (304, 0));
    let other = [("if-range", "\"other\""), ("range", "bytes=0-0")];
    assert_eq!(signed.ask(&get, &other).await.status, 200);
}

#[tokio::test]
async fn nothing_outside_the_storage_is_served() {
    let signed = Signed::start().await;
    let storage = signed.server.path("storage");
    symlink(signed.server.path("outside.txt"), storage.join("link.mp4")).unwrap();
    symlink(signed.server.path("."), storage.join("folder")).unwrap();
    let absolute = signed.server.path("outside.txt").display().to_string();
    for path in ["link.mp4", "folder/outside.txt", "../outside.txt", &absolute, "none.mp4", "."] {
        let url = signed.segment(path).await;
        let answer = signed.ask(&format!("GET {url}"), &[]).await;
        assert_eq!(answer.status, 404, "{path}");
        assert_eq!(answer.text(), "the file of this segment is gone from the disk\n");
    }
    let id = SegmentId::generate().to_string();
    let long = "a".repeat(4096);
    for file in [
        "../../etc/passwd",
        "..%2f..%2fetc%2fpasswd",
        "%2e%2e/x.mp4",
        "..\\x.mp4",
        "x.mp4",
        "-9223372036854775808.mp4",
        &format!("{}.mp4", id.to_uppercase()),
        &format!("{id}.mp4/"),
        &format!("{id}.mp4"),
        &long,
    ] {
        let answer = signed.ask(&format!("GET /segments/{file}"), &[]).await;
        let is_app = answer.text().contains("<title>app");
        assert!(answer.status == 404 || is_app, "{file}: {}", answer.status);
        assert!(!answer.text().contains("root:") && !answer.text().contains("secret"));
    }
    assert_eq!(signed.ask(&format!("POST /segments/{id}.mp4"), &[]).await.status, 405);
}

#[tokio::test]
async fn live_pictures_are_served_while_there_are_some() {
    let signed = Signed::start().await;
    let playlist = "GET /live/front/index.m3u8";
    let none = signed.ask(playlist, &[]).await;
    assert_eq!((none.status, none.text().as_str()), (404, "no camera of this name is live\n"));
    let window = signed.server.deps.live.open(&"front".parse().unwrap()).window;
    assert!(signed.ask(playlist, &[]).await.text().starts_with("no live picture yet"));
    window.push(LiveSegment {
        data: Bytes::from_static(b"\x47ts"),
        duration: Duration::from_secs(2),
        start: WallTime::from_micros(0),
    });

    let answer = signed.ask(playlist, &[]).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("application/vnd.apple.mpegurl"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let text = answer.text();
    let name = text.lines().last().unwrap();
    let segment = signed.ask(&format!("GET /live/front/{name}"), &[]).await;
    assert_eq!((segment.status, segment.body.as_slice()), (200, &b"\x47ts"[..]));
    assert_eq!(segment.header("content-type"), Some("video/mp2t"));
    for file in ["0.ts", "-1.ts", "+1.ts", "x.ts", "99999999999999999999.ts", "..%2fx", "%2e%2e"] {
        assert_eq!(signed.ask(&format!("GET /live/front/{file}"), &[]).await.status, 404, "{file}");
    }
}

#[tokio::test]
async fn the_app_answers_for_its_views_and_caches_its_assets() {
    let server = Server::start().await;
    for path in ["/", "/index.html", "/cameras/front-door/settings", "/live", "/live/front"] {
        let answer = request(server.address, &format!("GET {path}"), &[]).await;
        assert_eq!((answer.status, answer.text().as_str()), (200, "<title>app</title>"), "{path}");
        assert_eq!(answer.header("cache-control"), Some("no-cache"));
    }
    let asset = request(server.address, "GET /assets/a.js", &[]).await;
    assert_eq!(asset.header("cache-control"), Some("public, max-age=31536000, immutable"));
    for path in ["/assets/none.js", "/assets/none", "/favicon.ico", "/outside.txt"] {
        let answer = request(server.address, &format!("GET {path}"), &[]).await;
        assert_eq!(answer.status, 404, "{path}");
    }
    for path in
        ["/../outside.txt", "/%2e%2e/outside.txt", "/assets/..%2f..%2foutside.txt", "//etc/passwd"]
    {
        let answer = request(server.address, &format!("GET {path}"), &[]).await;
        assert!(!answer.text().contains("secret") && !answer.text().contains("root:"), "{path}");
    }
    for line in ["POST /", "PUT /x", "DELETE /healthz", "POST /cameras/x"] {
        let status = request(server.address, line, &[]).await.status;
        assert!(status == 405 || status == 404, "{line}: {status}");
    }
    let bare = Server::start_with(Start { app: false, ..Start::default() }).await;
    assert_eq!(request(bare.address, "GET /", &[]).await.status, 404);
}

#[tokio::test]
async fn readiness_says_what_is_missing_without_paths() {
    let server = Server::start().await;
    let ready = request(server.address, "GET /readyz", &[]).await;
    assert_eq!((ready.status, ready.text().as_str()), (200, "ready\n"));
    let left = fs::read_dir(server.path("storage")).unwrap().count();
    assert_eq!(left, 0, "the probe file is removed");

    let broken = Server::start().await;
    fs::remove_dir(broken.path("storage")).unwrap();
    let answer = request(broken.address, "GET /readyz", &[]).await;
    assert_eq!(answer.status, 503);
    assert_eq!(answer.text(), "the storage cannot be written: see the log\n");
    assert_eq!(request(broken.address, "GET /healthz", &[]).await.text(), "ok\n");
}
